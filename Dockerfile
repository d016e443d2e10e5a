# The agent's image: iptables, nft, conntrack, a runtime and one bundle; no shell, no package manager. docs/install.md shows how to build it.
# It names no architecture: each stage is of the one that is built for, and the bundle runs on all.

# A Debian with Node. Where it holds iptables, nft and conntrack already, nothing is downloaded.
ARG NODE_IMAGE=docker.io/library/node:24.21.0-bookworm-slim
# Deno in a distroless image. Its glibc must not be older than that of NODE_IMAGE.
ARG DENO_IMAGE=docker.io/denoland/deno:distroless-2.9.5

FROM ${NODE_IMAGE} AS parts
RUN { iptables-nft -V && iptables-legacy -V && nft -v && conntrack -V; } || { \
      apt-get update && apt-get install -y --no-install-recommends iptables nftables conntrack; \
    }
COPY deploy/image/collect.sh /
# The time that all files bear: the same sources make the same bytes.
ARG SOURCE_DATE_EPOCH=0
RUN SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH} sh /collect.sh /parts

# What stands beside the bundle: the licenses and the bill of materials. `npm run build` has made them, or this does.
FROM ${NODE_IMAGE} AS beside
WORKDIR /source
COPY . .
RUN { [ -e dist/sbom.cdx.json ] && [ -e dist/THIRD-PARTY.txt ]; } || { npm ci --no-audit --no-fund && npm run build; }

FROM ${DENO_IMAGE} AS deno
ARG DENO_IMAGE
ARG VERSION=0.1.0
ARG REVISION=unknown
ARG CREATED=1970-01-01T00:00:00Z
LABEL org.opencontainers.image.title="ip-masq-agent" \
      org.opencontainers.image.description="Kubernetes node agent for IP masquerading, on Deno" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}" \
      org.opencontainers.image.base.name="${DENO_IMAGE}"
COPY --from=parts /parts/tools/ /
COPY LICENSE dist/ip-masq-agent.mjs dist/preview.html /app/
COPY --from=beside /source/dist/sbom.cdx.json /source/dist/THIRD-PARTY.txt /app/
COPY deploy/image/ip-masq-agent.deno /usr/local/bin/ip-masq-agent
# Only root gets the capabilities that a pod adds; without NET_ADMIN nobody changes rules.
USER 0:0
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
# Nothing is cached: the bundle is one file, and the file system is read-only.
ENV DENO_DIR=/deno-dir
# The permissions of docs/deno.md; a program may not list what it is not given, so the tools are named one by one.
ENTRYPOINT ["/bin/deno", "run", "--v8-flags=--max-semi-space-size=1,--semi-space-growth-factor=1,--optimize-for-size", "--no-prompt", "--allow-env=PATH,XTABLES_LOCKFILE,XTABLES_LIBDIR,GLIBC_TUNABLES,NODE_OPTIONS,NODE_V8_COVERAGE,NO_COLOR,FORCE_COLOR,TERM,CI", "--allow-net", "--allow-sys=inspector,networkInterfaces,osRelease", "--allow-read=/etc,/dev/shm,/app/ip-masq-agent.mjs", "--allow-write=/dev/shm", "--allow-run=nft,conntrack,iptables,iptables-nft,iptables-nft-save,iptables-nft-restore,iptables-legacy,iptables-legacy-save,iptables-legacy-restore,ip6tables-nft,ip6tables-nft-save,ip6tables-nft-restore,ip6tables-legacy,ip6tables-legacy-save,ip6tables-legacy-restore", "/app/ip-masq-agent.mjs"]

# The last stage is the one that is built unless --target says otherwise. From nothing: what is in it stands here and in
# collect.sh, and Node and the tools share one glibc.
FROM scratch AS node
ARG VERSION=0.1.0
ARG REVISION=unknown
ARG CREATED=1970-01-01T00:00:00Z
LABEL org.opencontainers.image.title="ip-masq-agent" \
      org.opencontainers.image.description="Kubernetes node agent for IP masquerading, on Node" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}"
COPY --from=parts /parts/node/ /parts/tools/ /
COPY LICENSE dist/ip-masq-agent.mjs dist/preview.html /app/
COPY --from=beside /source/dist/sbom.cdx.json /source/dist/THIRD-PARTY.txt /app/
COPY deploy/image/ip-masq-agent.node /usr/local/bin/ip-masq-agent
# Only root gets the capabilities that a pod adds; without NET_ADMIN nobody changes rules.
USER 0:0
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
# One helper thread and one arena: malloc keeps an arena for each thread, 1 MB of it used, and little is done at a time.
ENV MALLOC_ARENA_MAX=1
# No arguments mean `run`: what stands in a pod's args are the agent's flags, as with the established agent's image.
ENTRYPOINT ["/nodejs/bin/node", "--v8-pool-size=1", "/app/ip-masq-agent.mjs"]
