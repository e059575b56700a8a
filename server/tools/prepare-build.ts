/** Empties the build of what an earlier one left, and puts there what the built server reads beside its code. Part of `npm run build`. */
import { cpSync, rmSync } from 'node:fs';

for (const folder of ['build/server', 'build/shared']) rmSync(folder, { recursive: true, force: true });
cpSync('server/console/assets', 'build/server/console/assets', { recursive: true });
