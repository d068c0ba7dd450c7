import type { EnvVar } from "../cluster/kubernetes-types.ts";

// Variables that make a program run, load, trust or ask something that it did not come with. Who may set them may run anything
// inside the container, which no action of the catalogue is for. The two expressions below are read by RE2 (CEL) as well.

const byLanguage: readonly string[] = [
  // The dynamic linker and the C library: what glibc itself ignores in programs with more rights than their user has.
  "GCONV_PATH GLIBC_TUNABLES HOSTALIASES LOCALDOMAIN LOCPATH MALLOC_TRACE NLSPATH RESOLV_HOST_CONF RES_OPTIONS",
  // Shells, and programs that other programs start.
  "PATH BASH_ENV ENV BASHOPTS SHELLOPTS PS4 IFS CDPATH PROMPT_COMMAND SHELL EDITOR VISUAL PAGER BROWSER LESSOPEN LESSCLOSE",
  "SSH_ASKPASS SSH_AUTH_SOCK KUBECONFIG GIT_SSH GIT_SSH_COMMAND GIT_ASKPASS GIT_PROXY_COMMAND GIT_EXTERNAL_DIFF GIT_PAGER",
  "GIT_EDITOR GIT_SEQUENCE_EDITOR GIT_TEMPLATE_DIR GIT_EXEC_PATH",
  // Languages: options of their virtual machines, folders that code comes from, code that runs first.
  "JAVA_TOOL_OPTIONS JAVA_OPTIONS JAVA_HOME JRE_HOME JDK_HOME CLASSPATH NODE_OPTIONS NODE_PATH NODE_REPL_EXTERNAL_MODULE",
  "BUN_OPTIONS BUN_INSPECT_PRELOAD PERLLIB PERL5OPT PERL5LIB PERL5DB PYTHONSTARTUP PYTHONPATH PYTHONHOME PYTHONINSPECT",
  "PYTHONWARNINGS PYTHONBREAKPOINT PYTHONUSERBASE PYTHONEXECUTABLE PYTHONPLATLIBDIR PYTHONPYCACHEPREFIX PYTHONCASEOK",
  "RUBYOPT RUBYLIB GEM_PATH GEM_HOME PHPRC PHP_INI_SCAN_DIR DOTNET_STARTUP_HOOKS DOTNET_ADDITIONAL_DEPS DOTNET_SHARED_STORE",
  "ASPNETCORE_HOSTINGSTARTUPASSEMBLIES ERL_LIBS ELIXIR_ERL_OPTIONS R_PROFILE R_PROFILE_USER R_ENVIRON R_ENVIRON_USER R_LIBS",
  // Whom to trust, what to ask instead, which commands hand out credentials.
  "http_proxy https_proxy ftp_proxy all_proxy HTTP_PROXY HTTPS_PROXY FTP_PROXY ALL_PROXY SSL_CERT_FILE SSL_CERT_DIR",
  "SSLKEYLOGFILE KRB5_CONFIG OPENSSL_CONF OPENSSL_MODULES OPENSSL_ENGINES REQUESTS_CA_BUNDLE CURL_CA_BUNDLE AWS_CA_BUNDLE",
  "NODE_EXTRA_CA_CERTS NODE_TLS_REJECT_UNAUTHORIZED AWS_CONFIG_FILE AWS_SHARED_CREDENTIALS_FILE GOOGLE_APPLICATION_CREDENTIALS",
];

/** Names of such variables, as far as they have one of their own. */
export const loaderNames: readonly string[] = byLanguage.flatMap((line) => line.split(" "));

/** Families of names. */
export const loaderFamilies =
  "^(DY)?LD_|^(BASH_FUNC|(npm|NPM)_(config|CONFIG)|BUNDLE|COR|CORECLR|COMPlus|LUA|LOADER)_|^(GIT_CONFIG|DOTNET_ROOT)|_(OPTS|JAVA_OPTIONS)$|^ERL_.*FLAGS$";

/**
 * Words in their values that load nothing: sizes of memory, numbers of threads, the choice of a garbage collector. Between the
 * name (`ENV=production` names no file) and the word stands a blank.
 */
export const harmlessWords =
  "^(ENV [A-Za-z0-9_-]*|[^ ]+ (" +
  [
    "",
    "-X(mx|ms|mn|ss)[0-9]+[kKmMgGtT]?",
    "-XX:[A-Za-z0-9]+(Percentage|Size|Count|Threads|Millis|Ratio|RAM)=[0-9.]+[kKmMgGtT]?",
    "-XX:[+-](Use[A-Z][A-Za-z0-9]*|(Exit|Crash|HeapDump)OnOutOfMemoryError|AlwaysPreTouch)",
    "--max[-_](old|semi)[-_]space[-_]size=[0-9]+",
    "--max-http-header-size=[0-9]+",
    "--dns-result-order=[a-z0-9]+",
    "--(trace-warnings|no-warnings|enable-source-maps)",
  ].join("|") +
  "))$";

const names: ReadonlySet<string> = new Set(loaderNames);
const families = new RegExp(loaderFamilies);
const harmless = new RegExp(harmlessWords);

/** Whether a program loads or starts something by what this variable says. */
export const isLoaderVariable = (name: string): boolean => names.has(name) || families.test(name);

/** What of a value may load something, in its order. */
const loading = (name: string, value: string): readonly string[] =>
  value.split(" ").filter((word) => !harmless.test(`${name} ${word}`));

/** Whether two values of such a variable (absent: none) load the same. */
export function loadsTheSame(name: string, before: EnvVar | undefined, value: string | null): boolean {
  // What a reference holds is not known.
  if (before?.valueFrom) return false;
  const [old, next] = [loading(name, before?.value ?? ""), loading(name, value ?? "")];
  return old.length === next.length && old.every((word, at) => word === next[at]);
}
