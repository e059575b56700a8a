import { getMockContextProps } from '@stripe/ui-extension-sdk/testing';
import type { RoleDefinition } from '@stripe/ui-extension-sdk/context';
import { canChange } from './surroundings';

const mayChange = (roles?: RoleDefinition[]) => {
  const context = getMockContextProps();
  return canChange({ ...context, userContext: { ...context.userContext, roles } });
};

test.each([
  [true, 'an administrator', [{ id: 'admin', name: 'Administrator', type: 'builtIn' }]],
  [true, 'a developer without a role id', [{ name: 'Developer', type: 'builtIn' }]],
  [
    true,
    'an analyst who is a developer too',
    [
      { id: 'analyst', name: 'Analyst', type: 'builtIn' },
      { id: 'developer', name: 'Developer', type: 'builtIn' },
    ],
  ],
  [true, 'a custom role', [{ id: 'role_1', name: 'Growth', type: 'custom' }]],
  [true, 'nobody in particular', undefined],
  [false, 'a viewer', [{ id: 'view_only', name: 'View only', type: 'builtIn' }]],
  [false, 'support', [{ id: 'support_specialist', name: 'Support specialist', type: 'builtIn' }]],
] as [boolean, string, RoleDefinition[] | undefined][])('answers %s for %s', (expected, _, roles) => {
  expect(mayChange(roles)).toBe(expected);
});
