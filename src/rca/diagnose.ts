import { type Diagnosed, examine, type RulesInput, wordByRules } from "./diagnose-by-rules.ts";
import type { History, HistoryPort } from "./ports.ts";

export { type Diagnosed, diagnoseByRules } from "./diagnose-by-rules.ts";
