/** `npm run doctor`: is everything around the server as it must be? One line per check; exit code 1 when there is a fault. */
import { ConfigError, readConfig } from '../config';
import { examineSettings } from './doctor/examine';
import { fault, ok, type Finding } from '../finding';
import { toLine } from './doctor/line';

async function main(): Promise<void> {
  const findings = await examineAll();
  for (const finding of findings) console.log(toLine(finding));
  const faults = findings.filter(({ kind }) => kind === 'fault').length;
  console.log(faults === 0 ? '\nNo faults.' : `\n${faults === 1 ? 'One fault' : `${faults} faults`} to mend.`);
  process.exitCode = faults === 0 ? 0 : 1;
}

async function examineAll(): Promise<Finding[]> {
  try {
    const settings = readConfig();
    return [ok('Configuration', 'complete'), ...(await examineSettings(settings))];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.faults.map((one) => fault('Configuration', one, 'set it in the environment, then run this again'));
  }
}

main().catch((error: unknown) => {
  console.error('The checks broke off:', error instanceof Error ? error.message : error);
  process.exit(1);
});
