import js from '@eslint/js';
import ts from 'typescript-eslint';

const node = { console: 'readonly', process: 'readonly', URL: 'readonly' };

export default ts.config(
  { ignores: ['**/lib/', '**/node_modules/', '.yarn/', 'api/src/schema.ts'] },
  js.configs.recommended,
  { files: ['**/*.mjs'], languageOptions: { globals: node } },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [ts.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_', argsIgnorePattern: '^_' }],
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-floating-promises': ['error', { allowForKnownSafeCalls: ['test', 'describe'] }],
      complexity: ['error', 10],
      'max-lines': ['error', 400],
      'max-lines-per-function': ['error', { max: 50, skipBlankLines: true }]
    }
  },
  {
    // Tables of cases are long, and a suite is one function.
    files: ['**/*.test.ts'],
    rules: { 'max-lines-per-function': 'off' }
  },
  {
    // A part of the product meets its neighbours through `api` and `base` only.
    files: ['api/**/*.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: ['@openpaas/*'] }] }
  },
  {
    files: ['base/**/*.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: ['@openpaas/*', '!@openpaas/api'] }] }
  },
  {
    files: ['sheets/**/*.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: ['@openpaas/*', '!@openpaas/api', '!@openpaas/base'] }] }
  }
);
