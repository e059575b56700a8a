const transform = {
  '^.+\\.[jt]sx?$': [
    'ts-jest',
    {
      diagnostics: false,
      tsconfig: {
        module: 'commonjs',
        moduleResolution: 'bundler',
        target: 'es2023',
        jsx: 'react-jsx',
        allowJs: true,
        esModuleInterop: true,
        isolatedModules: true,
        sourceMap: true,
      },
    },
  ],
};
// The SDK ships ES modules only; everything else in node_modules runs as it is.
const transformIgnorePatterns = ['/node_modules/(?!@stripe/ui-extension-sdk/)'];
const common = {
  transform,
  transformIgnorePatterns,
  testEnvironment: 'node',
  modulePathIgnorePatterns: ['<rootDir>/build/', '<rootDir>/data/'],
};

/** @type {import('jest').Config} */
module.exports = {
  // A machine under load is several times slower; a test that hangs is told of all the same.
  testTimeout: 240_000,
  // The default leaves one core idle, half of a small machine.
  maxWorkers: '100%',
  projects: [
    {
      ...common,
      displayName: 'server',
      testMatch: ['<rootDir>/server/**/*.test.ts', '<rootDir>/server/**/*.test.tsx', '<rootDir>/shared/**/*.test.ts'],
      testPathIgnorePatterns: ['<rootDir>/server/test/rules/', '<rootDir>/server/test/browser/'],
      globalSetup: '<rootDir>/server/test/postgres-setup.ts',
      globalTeardown: '<rootDir>/server/test/postgres-teardown.ts',
    },
    { ...common, displayName: 'rules', testMatch: ['<rootDir>/server/test/rules/**/*.test.ts'] },
    {
      ...common,
      displayName: 'stripe-app',
      testMatch: ['<rootDir>/stripe-app/**/*.test.tsx', '<rootDir>/stripe-app/**/*.test.ts'],
    },
    { ...common, displayName: 'browser', testMatch: ['<rootDir>/server/test/browser/**/*.test.ts'] },
  ],
};
