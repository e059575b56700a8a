/** Lints the document on standard input, in a process of its own: the linter ships ES modules only. Prints what it finds as JSON. */
import console from 'node:console';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { createConfig, lintFromString } from '@redocly/openapi-core';

const config = await createConfig({ extends: ['recommended'] });
const problems = await lintFromString({ source: await text(process.stdin), absoluteRef: 'openapi.json', config });
console.log(JSON.stringify(problems.map(({ severity, ruleId, message }) => [severity, ruleId, message])));
