/**
 * Files of these folders decide, or speak to nobody but the database and servers that they end themselves. They run in one process
 * after the other, so that what they import is loaded a few times and not four hundred times. Whoever changes something of the
 * process (environment, spies, timers) puts it back after each test. What starts processes, browsers or whole parts of the product
 * has a process of its own.
 */
export const sharedFiles = [
  "test/unit/{actions,app,bot,cluster,config,house,incident,lib,local-slack,rca,store}/**/*.test.ts",
  "test/unit/detection/!(collect|health)/**/*.test.ts",
];

/** Of these folders, yet alone: once nock is loaded, sockets of the process are nock's, and a server's time limits no longer cut one off. */
export const filesAlone = ["test/unit/rca/openai-host.test.ts"];
