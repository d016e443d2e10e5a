# The agent's image: iptables, nft, conntrack, a runtime and one bundle; no shell, no package manager. docs/install.md describes how to
# build it. It names no architecture: each stage uses the target architecture, and the bundle runs on all of them.

# A Debian image with Node. If it already has iptables, nft and conntrack, nothing is downloaded.
ARG NODE_IMAGE=docker.io/library/node:24.21.0-bookworm-slim
# Deno in a distroless image. Its glibc must not be older than the one in NODE_IMAGE.
ARG DENO_IMAGE=docker.io/denoland/deno:distroless-2.9.5

FROM ${NODE_IMAGE} AS parts
RUN { iptables-nft -V && iptables-legacy -V && nft -v && conntrack -V; } || { \
      apt-get update && apt-get install -y --no-install-recommends iptables nftables conntrack; \
    }
COPY deploy/image/collect.sh /
# The timestamp of all files, so that the same sources produce the same bytes.
ARG SOURCE_DATE_EPOCH=0
RUN SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH} sh /collect.sh /parts

# The licenses and the bill of materials of the bundle. This stage generates them unless `npm run build` already has.
FROM ${NODE_IMAGE} AS metadata
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
COPY --from=metadata /source/dist/sbom.cdx.json /source/dist/THIRD-PARTY.txt /app/
COPY deploy/image/ip-masq-agent.deno /usr/local/bin/ip-masq-agent
# Only root gets the capabilities that a pod adds, and changing rules requires NET_ADMIN.
USER 0:0
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
# Nothing is cached: the bundle is one file, and the file system is read-only.
ENV DENO_DIR=/deno-dir
# The permissions in docs/deno.md. Deno allows programs only by name, so the tools are named one by one.
ENTRYPOINT ["/bin/deno", "run", "--v8-flags=--max-semi-space-size=1,--semi-space-growth-factor=1,--optimize-for-size", "--no-prompt", "--allow-env=PATH,XTABLES_LOCKFILE,XTABLES_LIBDIR,GLIBC_TUNABLES,NODE_OPTIONS,NODE_V8_COVERAGE,NO_COLOR,FORCE_COLOR,TERM,CI", "--allow-net", "--allow-sys=inspector,networkInterfaces,osRelease", "--allow-read=/etc,/dev/shm,/app/ip-masq-agent.mjs", "--allow-write=/dev/shm", "--allow-run=nft,conntrack,iptables,iptables-nft,iptables-nft-save,iptables-nft-restore,iptables-legacy,iptables-legacy-save,iptables-legacy-restore,ip6tables-nft,ip6tables-nft-save,ip6tables-nft-restore,ip6tables-legacy,ip6tables-legacy-save,ip6tables-legacy-restore", "/app/ip-masq-agent.mjs"]

# The last stage is built unless --target selects another. It starts from scratch: everything in it is listed here and in
# collect.sh. Node and the tools share one glibc.
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
COPY --from=metadata /source/dist/sbom.cdx.json /source/dist/THIRD-PARTY.txt /app/
COPY deploy/image/ip-masq-agent.node /usr/local/bin/ip-masq-agent
# Only root gets the capabilities that a pod adds, and changing rules requires NET_ADMIN.
USER 0:0
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
# One helper thread and one malloc arena. malloc would otherwise use an arena of about 1 MB for each thread, and the agent does little in parallel.
ENV MALLOC_ARENA_MAX=1
# Without a command, the agent runs `run`, so a pod's args are the agent's flags, as with the established agent's image.
ENTRYPOINT ["/nodejs/bin/node", "--v8-pool-size=1", "/app/ip-masq-agent.mjs"]
