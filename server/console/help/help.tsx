/** Help: a page for each area, and the list of them. */
import { HELP, HELP_AREAS, TERMS, type HelpArea } from '../../../shared/words/help';
import { Card, LinkButton, PageHead, Section } from '../components/blocks';
import { Shell } from '../layout';

export function HelpPage({ area }: { area: HelpArea }) {
  const { title, lead, href, tasks, terms } = HELP[area];
  return (
    <Shell title={`Help: ${title}`} section={area}>
      <PageHead title={`Help: ${title}`} lead={lead} back={{ href, label: title }} />
      <div className="help-grid">
        {tasks.map((task) => (
          <Card key={task.title}>
            <h2>{task.title}</h2>
            <ol className="help-steps">
              {task.steps.map((step) => (
                <li key={step}>{step}</li>
              ))}
            </ol>
            {task.page && (
              <p>
                <a href={task.page.href}>{task.page.label}</a>
              </p>
            )}
          </Card>
        ))}
      </div>
      <Section title="Words">
        <Card>
          <dl className="help-words">
            {terms.map((term) => (
              <div key={term}>
                <dt id={term}>{TERMS[term].name}</dt>
                <dd>{TERMS[term].meaning}</dd>
              </div>
            ))}
          </dl>
        </Card>
      </Section>
      <nav className="help-areas" aria-label="Help">
        {HELP_AREAS.filter((one) => one !== area).map((one) => (
          <LinkButton key={one} href={`/help/${one}`}>
            {HELP[one].title}
          </LinkButton>
        ))}
      </nav>
    </Shell>
  );
}
