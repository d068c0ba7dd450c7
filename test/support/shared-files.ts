/**
 * Files of these folders decide, or speak to nobody but the database and servers that they end themselves. They run in one process
 * after the other, so that what they import is loaded a few times and not five hundred times. Whoever changes something of the
 * process (environment, spies, timers) puts it back after each test. What starts processes, browsers or whole parts of the product,
 * or measures its own process, has a process of its own.
 */
export const sharedFiles = [
  "test/unit/{actions,adapters,app,bot,cluster,config,house,incident,k8s,lib,local-slack,rca,replay,store}/**/*.test.ts",
  "test/unit/chaos/!(command-line|programs|run).test.ts",
  "test/unit/cli/{doctor*,judge-setup,number-option,progress,system-error,templates}.test.ts",
  "test/unit/detection/*.test.ts",
  "test/unit/detection/!(health)/**/*.test.ts",
  "test/unit/detection/health/!(patient-app).test.ts",
];

/** As the others, in `npm test`; with the promised numbers each promise is measured in a process of its own. */
export const sharedPromises = [
  "test/promises/{A2,A3,A4,A5,A6,A7,A8,A10,D3,D4,D5,D6,O3,O5,R4,S1,S2,S4,S5,S6,U1,U2}-*.test.ts",
  "test/promises/{K,L}*.test.ts",
  "test/promises/{R1-secrets-do-not-leave,R2-raw-text-cannot-reach-a-sink}.test.ts",
];

/** Of these folders, yet alone: once nock is loaded, sockets of the process are nock's, and a server's time limits no longer cut one off. */
export const filesAlone = ["test/unit/rca/openai-host.test.ts"];
