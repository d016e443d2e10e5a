# The agent's image: iptables, a runtime and one bundle; no shell, no package manager. docs/install.md tells how to build it.
# It names no architecture: each stage is of the one that is built for, and the bundle runs on all.

# Any Debian. Where it holds the tools already, nothing is downloaded.
ARG TOOLS_IMAGE=docker.io/library/debian:bookworm-slim
# Runtimes with their plain tags, whose user is root. Their glibc must not be older than that of TOOLS_IMAGE.
ARG NODE_IMAGE=gcr.io/distroless/nodejs22-debian12:latest
ARG DENO_IMAGE=docker.io/denoland/deno:distroless-2.9.5

FROM ${TOOLS_IMAGE} AS tools
RUN { iptables-nft -V && iptables-legacy -V && nft -v; } || { \
      apt-get update && apt-get install -y --no-install-recommends iptables nftables; \
    }
COPY deploy/image/collect-tools.sh /
# The time that all files bear: the same sources make the same bytes.
ARG SOURCE_DATE_EPOCH=0
RUN SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH} sh /collect-tools.sh /out

FROM ${DENO_IMAGE} AS deno
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="ip-masq-agent" \
      org.opencontainers.image.description="Kubernetes node agent for IP masquerading, on Deno" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}"
COPY --from=tools /out/ /
COPY LICENSE dist/ip-masq-agent.mjs dist/preview.html dist/THIRD-PARTY.txt /app/
# Only root gets the capabilities that a pod adds; without NET_ADMIN nobody changes rules.
USER 0:0
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
# Nothing is cached: the bundle is one file, and the file system is read-only.
ENV DENO_DIR=/deno-dir
# README.md's permissions; a program may not list what it is not given, so the tools are named one by one.
ENTRYPOINT ["/bin/deno", "run", "--no-prompt", "--allow-env", "--allow-net", "--allow-read=/etc,/dev/shm", "--allow-write=/dev/shm", "--allow-run=iptables,iptables-nft,iptables-nft-save,iptables-nft-restore,iptables-legacy-save,iptables-legacy-restore,ip6tables-nft,ip6tables-nft-save,ip6tables-nft-restore,ip6tables-legacy-save,ip6tables-legacy-restore", "/app/ip-masq-agent.mjs"]

# The last stage is the one that is built unless --target says otherwise.
FROM ${NODE_IMAGE} AS node
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="ip-masq-agent" \
      org.opencontainers.image.description="Kubernetes node agent for IP masquerading, on Node" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}"
COPY --from=tools /out/ /
COPY LICENSE dist/ip-masq-agent.mjs dist/preview.html dist/THIRD-PARTY.txt /app/
# Only root gets the capabilities that a pod adds; without NET_ADMIN nobody changes rules.
USER 0:0
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
# No arguments mean `run`: what stands in a pod's args are the agent's flags, as with the established agent's image.
ENTRYPOINT ["/nodejs/bin/node", "/app/ip-masq-agent.mjs"]
