// Opens a home as a lab does, which migrates it, and ends: node migration-process.ts HOME
import { openStore } from '../../src/main/store/open.ts';

openStore(process.argv[2]!).close();
