/** The pages of a workflow. */
import { Tabs } from '../components/blocks';

const PAGES = [
  { name: 'flow', path: '/flow', label: 'Flow' },
  { name: 'editor', path: '', label: 'Steps' },
  { name: 'results', path: '/results', label: 'Results' },
  { name: 'runs', path: '/runs', label: 'Runs' },
] as const;

export const WorkflowTabs = ({ id, current }: { id: string; current: (typeof PAGES)[number]['name'] }) => (
  <Tabs
    label="Workflow"
    tabs={PAGES.map(({ name, path, label }) => ({
      href: `/workflows/${id}${path}`,
      label,
      isCurrent: name === current,
    }))}
  />
);
