/** An image as registries understand its name; what people wrote stands elsewhere and is shown as it is. */
export interface ImageReference {
  /** `docker.io`, `registry:5000`. */
  readonly registry: string;
  /** Path inside the registry: `library/nginx`. */
  readonly path: string;
  /** `latest` where neither tag nor digest is named. */
  readonly tag?: string;
  /** `sha256:…` */
  readonly digest?: string;
}

const defaultRegistry = "docker.io";
const officialFolder = "library/";

/** `registry:5000/shop/carts:1.4@sha256:…` without tag and digest, as it is written. */
export function writtenRepository(image: string): string {
  const [name = image] = image.split("@", 1);
  const colon = name.lastIndexOf(":");
  // A colon before the last slash is the registry's port.
  return colon > name.lastIndexOf("/") ? name.slice(0, colon) : name;
}

/**
 * Reads an image's name by the rules that the container runtimes share (distribution/reference, ParseDockerRef and
 * splitDockerDomain in normalize.go): a first part without a dot, a colon, a capital or `localhost` is no registry; what has none
 * comes from docker.io, there from `library/` when it lies in no folder.
 */
export function imageReference(image: string): ImageReference {
  const [named = "", digest] = image.split("@", 2);
  const name = writtenRepository(named);
  const tag = name.length < named.length ? named.slice(name.length + 1) : digest === undefined ? "latest" : undefined;
  const slash = name.indexOf("/");
  const first = name.slice(0, Math.max(0, slash));
  const isRegistry = slash >= 0 && (/[.:]/.test(first) || first === "localhost" || first !== first.toLowerCase());
  const registry = !isRegistry || first === "index.docker.io" ? defaultRegistry : first;
  const rest = isRegistry ? name.slice(slash + 1) : name;
  return {
    registry,
    path: registry === defaultRegistry && !rest.includes("/") ? `${officialFolder}${rest}` : rest,
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}

/** Registry and path, by which two images are told to be versions of one program: `docker.io/library/nginx`. */
export function imageRepository(image: string): string {
  const { registry, path } = imageReference(image);
  return `${registry}/${path}`;
}
