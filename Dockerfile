# The operator's image: Node.js, the libraries that it loads and the bundle, on nothing. No shell, no package manager.
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci
COPY tsconfig.json ./
COPY src ./src
COPY image ./image
RUN npm run build && image/rootfs.sh /usr/local/bin/node dist /rootfs

FROM scratch
LABEL org.opencontainers.image.title="Yunfan" \
      org.opencontainers.image.description="Kubernetes operator for fleets on Chinese container clouds" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /rootfs /
COPY LICENSE /yunfan/LICENSE
# Numeric, so that runAsNonRoot can be checked. Nothing is written at run time: the root may be read-only.
USER 65532:65532
# Memory that was freed goes back at once, and is not kept apart for each thread.
ENV NODE_ENV=production HOME=/ MALLOC_TRIM_THRESHOLD_=131072 MALLOC_ARENA_MAX=2
WORKDIR /
# What the heap may take follows from the container's memory limit: docs/decisions/0012-memory.md says why each flag.
ENTRYPOINT ["/usr/local/bin/node", "--max-old-space-size-percentage=60", "--max-semi-space-size=2", "--heap-growing-percent=50", "--no-wasm-tier-up", "--no-wasm-dynamic-tiering", "--optimize-for-size", "/yunfan/yunfan.mjs"]
CMD ["run"]
