// What every bench that runs a core imports before the hot code runs.
import { inlineCore } from '../src/workers/inline-core.ts';

inlineCore();
