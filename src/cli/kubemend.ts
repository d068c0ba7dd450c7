import { endQuietlyWithoutReader } from "./no-reader.ts";
import { runProgram } from "./program.ts";

endQuietlyWithoutReader(process.stdout);
endQuietlyWithoutReader(process.stderr);
process.exitCode = await runProgram(process.argv);
