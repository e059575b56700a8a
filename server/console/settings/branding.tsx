/** Settings → Branding: logo, colour, font and footer, with a preview of an email. */
import { BRAND_FONT_NAMES, OUR_COLORS, poorContrasts } from '../../../shared/brand';
import { BRANDING_WORDS as WORDS, describePoorContrast, FONT_WORDS } from '../../../shared/words/branding';
import type { ShownLogo } from '../../settings/look';
import { Banner, Card, Section } from '../components/blocks';
import {
  buttonClass,
  Check,
  Confirm,
  FieldError,
  SelectField,
  TextAreaField,
  UploadForm,
  type SelectOption,
} from '../components/form';
import { PreviewFrame } from '../components/preview-frame';
import { useViewer } from '../page';
import { SettingsAlert, SettingsForm, type FieldsProps, type SettingsFormProps } from './form';
import { SettingsShell } from './sections';

export const BRANDING_PATH = '/settings/branding';
export const PREVIEW_PATH = `${BRANDING_PATH}/preview`;
export const LOGO_PATH = `${BRANDING_PATH}/logo`;

export interface BrandingPageProps {
  form: SettingsFormProps;
  logo: ShownLogo | null;
  /** Why a file that was sent is no logo. */
  logoError: string | undefined;
}

export function BrandingPage({ form, logo, logoError }: BrandingPageProps) {
  const { status } = useViewer();
  return (
    <SettingsShell page="branding" lead={WORDS.lead} alert={<SettingsAlert {...form} action={BRANDING_PATH} />}>
      <LogoChoice logo={logo} error={logoError} />
      {status !== 'removed' && (
        <SettingsForm {...form} action={BRANDING_PATH}>
          <Section title={WORDS.look}>
            <div className="branding" data-email="">
              <Look {...form} />
              <Preview />
            </div>
          </Section>
        </SettingsForm>
      )}
    </SettingsShell>
  );
}

const LogoChoice = ({ logo, error }: { logo: ShownLogo | null; error: string | undefined }) => (
  <Section title={WORDS.logo} lead={WORDS.logoHint}>
    <Card className="logo-choice">
      {logo ? (
        <span className="logo-shown">
          <img src={logo.url} width={logo.width} height={logo.height} alt="Your logo" />
        </span>
      ) : (
        <p className="hint">{WORDS.noLogo}</p>
      )}
      <UploadForm action={LOGO_PATH} className="logo-form">
        <div className={error ? 'field field-bad' : 'field'}>
          <label htmlFor="logo-file">{WORDS.logoFile}</label>
          <input
            type="file"
            id="logo-file"
            name="logo"
            accept="image/png"
            required
            aria-invalid={error ? true : undefined}
            aria-describedby={error ? 'logo-file-error' : undefined}
          />
          <FieldError id="logo-file" error={error} />
        </div>
        <button className={buttonClass()}>{logo ? 'Replace the logo' : 'Upload'}</button>
      </UploadForm>
      {logo && (
        <Confirm
          label={WORDS.remove}
          action={`${LOGO_PATH}/delete`}
          words={WORDS.removeQuestion}
          confirm="Remove the logo"
        />
      )}
    </Card>
  </Section>
);

function Look({ settings: { brand }, errors }: FieldsProps) {
  return (
    <div className="stack">
      <div className="brand-color">
        <Check name="brand.has_color" isOn={brand.color !== null}>
          {WORDS.hasColor}
        </Check>
        <div className={errors['brand.color'] ? 'field field-bad' : 'field'}>
          <label htmlFor="brand.color">{WORDS.color}</label>
          <input
            type="color"
            id="brand.color"
            name="brand.color"
            defaultValue={brand.color ?? OUR_COLORS.light.button}
            aria-describedby="brand.color-hint"
          />
          <p className="hint" id="brand.color-hint">
            {WORDS.colorHint}
          </p>
          <FieldError id="brand.color" error={errors['brand.color']} />
        </div>
        {brand.color !== null && !errors['brand.color'] && <PoorContrast color={brand.color} />}
      </div>
      <SelectField
        id="brand.font"
        name="brand.font"
        label={WORDS.font}
        hint={WORDS.fontHint}
        defaultValue={brand.font}
        options={FONTS}
        error={errors['brand.font']}
      />
      <TextAreaField
        id="brand.footer"
        name="brand.footer"
        label={WORDS.footer}
        hint={WORDS.footerHint}
        rows={4}
        defaultValue={brand.footer ?? ''}
        error={errors['brand.footer']}
      />
    </div>
  );
}

const FONTS: readonly SelectOption[] = BRAND_FONT_NAMES.map((value) => ({ value, label: FONT_WORDS[value] }));

function PoorContrast({ color }: { color: string }) {
  const poor = poorContrasts(color);
  if (poor.length === 0) return null;
  return (
    <Banner tone="warn">
      {poor.map((one) => (
        <p key={one.what}>{describePoorContrast(one)}</p>
      ))}
    </Banner>
  );
}

const Preview = () => (
  <PreviewFrame
    name="branding-preview"
    action={PREVIEW_PATH}
    title="Preview of an email"
    src={PREVIEW_PATH}
    bar={<strong>{WORDS.preview}</strong>}
  />
);
