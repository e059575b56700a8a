/** The thread in which one logo's file is read (logo-thread.ts). */
import { parentPort, workerData } from 'node:worker_threads';
import { readLogo } from './logo-picture';

parentPort?.postMessage(readLogo(Buffer.from(workerData as Uint8Array)));
