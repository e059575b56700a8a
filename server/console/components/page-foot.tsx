/** What every page says once: in which zone its times are, and where its help is. */
import { HELP, type HelpArea } from '../../../shared/words/help';
import { usePage } from '../page';

export function PageFoot({ area }: { area: HelpArea }) {
  const { formats, url } = usePage();
  const help = `/help/${area}`;
  return (
    <footer className="page-foot">
      <span>Times in {formats.timeZone}</span>
      {url !== help && <a href={help}>Help: {HELP[area].title.toLowerCase()}</a>}
    </footer>
  );
}
