/** Copies what the built server reads at run time beside its code. Part of `npm run build`. */
import { cpSync } from 'node:fs';

cpSync('server/console/assets', 'build/server/console/assets', { recursive: true });
