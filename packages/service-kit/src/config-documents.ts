import type { TObject } from 'typebox';
import { type ConfigField, configFields } from './config-fields.ts';

/** A schema as a Markdown table, for `docs/operator/configuration.md`. */
export function configurationPage(schema: TObject, prefix: string): string {
  const rows = configFields(schema, prefix).map(
    (field) => `| \`${field.variable}\` | ${cell(field.description)} | ${defaultCell(field)} |\n`,
  );
  return `| variable | meaning | default |\n|---|---|---|\n${rows.join('')}`;
}

/** A schema as an `.env` file to copy: what has a default or is optional is commented out. */
export function envExample(schema: TObject, prefix: string): string {
  return configFields(schema, prefix)
    .map((field) => {
      const line = `${field.variable}=${field.default ?? ''}`;
      return `# ${oneLine(field.description)}\n${field.isRequired ? line : `# ${line}`}\n`;
    })
    .join('\n');
}

function defaultCell(field: ConfigField): string {
  if (field.default !== undefined && field.default !== '')
    return `\`${cell(String(field.default))}\``;
  return field.isRequired ? 'must be set' : 'none';
}

function cell(text: string): string {
  return oneLine(text).replaceAll('|', '\\|');
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ');
}
