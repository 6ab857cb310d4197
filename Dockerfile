# Three stages: what the service needs, what builds it, and the service. Nothing is fetched but the base image and what
# package-lock.json names, from the npm registry.

FROM node:26-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
# None of these packages has anything to do at install time.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:26-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json bundle.js ./
COPY src ./src
RUN node node_modules/typescript/bin/tsc --project tsconfig.build.json && node bundle.js

FROM node:26-slim
ENV NODE_ENV=production
# Beyond loopback the service starts with callers' tokens configured only.
ENV HOST=0.0.0.0
WORKDIR /app
COPY package.json ./
COPY --from=packages /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# Nothing below /app is this user's to write, and the service writes nowhere: the root file system may be read-only.
USER node
EXPOSE 4001
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 4001}/health/live`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/main.js"]
