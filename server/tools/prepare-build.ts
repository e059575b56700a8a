/** Empties the build of what an earlier one left, and puts there what the built server reads beside its code. Part of `npm run build`. */
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { BUNDLE, bundleEmailEditor } from '../console/email-editor-bundle';

for (const folder of ['build/server', 'build/shared']) rmSync(folder, { recursive: true, force: true });
const assets = 'build/server/console/assets';
cpSync('server/console/assets', assets, { recursive: true, filter: (path) => !path.endsWith('email-editor') });
writeFileSync(`${assets}/${BUNDLE}`, bundleEmailEditor());
