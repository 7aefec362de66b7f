# The operator's image: one bundled file, numeric non-root user, nothing written at run time.
FROM node:24-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci
COPY tsconfig.json ./
COPY src ./src
RUN npm run build

FROM node:24-bookworm-slim
COPY --from=build /src/dist/yunfan.mjs /yunfan/yunfan.mjs
USER 65532:65532
ENV NODE_ENV=production
ENTRYPOINT ["node", "/yunfan/yunfan.mjs"]
CMD ["run"]
