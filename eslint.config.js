import js from '@eslint/js';
import reactHooks from 'eslint-plugin-react-hooks';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

export default defineConfig(
  globalIgnores([
    'dist/',
    'coverage/',
    'public/',
    'test-results/',
    'playwright-report/',
    'bench-results/',
    '.cache/',
    // AssemblyScript: its compiler is its check.
    'src/kernels/wasm/assembly/',
    '.dependency-cruiser.cjs',
  ]),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      eqeqeq: 'error',
      'no-console': 'error',
      // `onPress={() => doIt()}` and an early `return refuse(404)` are both clear, and the types still tell nothing from something.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // A number in a template reads the same as String(number); the other kinds stay forbidden.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // `_` marks a parameter that an interface demands.
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // Named exports only, so that a name is the same everywhere.
      'no-restricted-syntax': ['error', { selector: 'ExportDefaultDeclaration', message: 'Use a named export.' }],
    },
  },
  {
    files: ['src/ui/**/*.{ts,tsx}', 'src/main.tsx'],
    extends: [reactHooks.configs.flat.recommended],
    // The store's actions are closures without `this`: components take them out of the store one by one.
    rules: { '@typescript-eslint/unbound-method': 'off' },
  },
  {
    // Commands talk to a terminal; tests print what they leave out.
    files: ['scripts/**', 'bench/**', 'e2e/**', '**/*.test.{ts,tsx}'],
    rules: { 'no-console': 'off' },
  },
  {
    // Playwright reads from a fixture's destructured parameter what it needs; nothing is `{}`.
    files: ['e2e/**'],
    rules: { 'no-empty-pattern': 'off' },
  },
  {
    // Configuration files must export a default.
    files: ['*.config.{js,ts}', 'e2e/global-setup.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    // Plain JavaScript with JSDoc types: TypeScript itself reports unknown names, and the linter does not see JSDoc casts.
    files: ['**/*.{js,mjs}'],
    rules: { 'no-undef': 'off', '@typescript-eslint/no-unsafe-assignment': 'off' },
  },
  {
    files: ['**/*.test.{ts,tsx}'],
    rules: {
      // `expect(store.action).toHaveBeenCalled()` names a method without calling it.
      '@typescript-eslint/unbound-method': 'off',
      // A fake fulfils an async interface without waiting for anything.
      '@typescript-eslint/require-await': 'off',
    },
  },
);
