/** Where the code of a thread is, and how it is started: as it was built, or read as TypeScript in development and tests. */
import { join } from 'node:path';

const isBuilt = __filename.endsWith('.js');

/** `name` is the file's in `folder`, without its ending. The second goes into the options of its Worker. */
export const workerFile = (folder: string, name: string): { file: string; execArgv: string[] | undefined } => ({
  file: join(folder, `${name}.${isBuilt ? 'js' : 'ts'}`),
  execArgv: isBuilt ? undefined : ['--require', require.resolve('tsx/cjs')],
});
