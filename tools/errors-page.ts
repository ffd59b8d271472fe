import type { ErrorSpec } from '@covey/errors';

const HEAD = `# Errors

<!-- Generated from packages/errors/src/codes.ts by \`npm run generate\`. -->

Every failure that leaves a program carries one of these codes. A released code never changes its
meaning; a retired one stays reserved.

Over HTTP a failure is an RFC 9457 problem of the type \`urn:covey:error:CODE\`; over gRPC it is the
status below, and between devices the trailer \`covey-failure-bin\` holds the code. *Again* says whether the same call can succeed:
never, later, or elsewhere (with another device).

| code | meaning | gRPC | HTTP | again |
|---|---|---|---|---|
`;

/** `docs/protocol/errors.md`: the error table as a page, with an anchor per code. */
export function errorsPage(specs: Readonly<Record<string, ErrorSpec>>): string {
  const rows = Object.entries(specs).map(
    ([code, { title, grpc, http, retry }]) =>
      `| <a id="${code}"></a>\`${code}\` | ${title} | \`${grpc}\` | ${http} | ${retry} |\n`,
  );
  return HEAD + rows.join('');
}
