# The operator's image: Node.js, the libraries that it loads and one bundled file, on nothing. No shell, no package manager.
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
ENV NODE_ENV=production HOME=/
WORKDIR /
ENTRYPOINT ["/usr/local/bin/node", "/yunfan/yunfan.mjs"]
CMD ["run"]
