/** What every page says once: in which zone its times are, and where its help is. */
import { HELP, type HelpArea } from '../../../shared/words/help';
import { useFormats } from '../page';

export const PageFoot = ({ area }: { area: HelpArea }) => (
  <footer className="page-foot">
    <span>Times in {useFormats().timeZone}</span>
    <a href={`/help/${area}`}>Help: {HELP[area].title.toLowerCase()}</a>
  </footer>
);
