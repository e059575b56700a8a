import { TaskList, TaskListItem } from '@stripe/ui-extension-sdk/ui';
import { navigateToDashboardRoute } from '@stripe/ui-extension-sdk/navigation';
import type { Overview } from '../../../shared/api';
import type { Client } from '../client';
import { Section } from '../states';
import { isComplete, listTasks } from './setup';
import { useSetup } from './use-setup';

/** What is left to set up; gone once everything is. Each task leads to the onboarding view. */
export function Checklist({ client, overview }: { client: Client; overview: Overview }) {
  const { answer } = useSetup(client, overview);
  if (answer.kind !== 'ready') return null;
  const tasks = listTasks({ overview, ...answer.value });
  if (isComplete(tasks)) return null;
  return (
    <Section title="Finish setting up">
      <TaskList>
        {tasks.map((task) => (
          <TaskListItem
            key={task.key}
            title={task.title}
            status={task.status}
            onPress={() => navigateToDashboardRoute({ name: 'onboarding' })}
          />
        ))}
      </TaskList>
    </Section>
  );
}
