/** What `--help` prints, within 80 columns. */
export const HELP = `usage: npm run impact -- --policy <folder> --charts <file or folder>

Evaluates a changed policy beside the current one for the CAR-T orders of many
charts, and reports who changes from what to what, criterion by criterion.

The policy
  --policy <folder>   a folder with policy.yaml: it stands in place of every
                      version of the policy that is in force on one of its days.
                      Or a changed copy of cds-services: all policies are then
                      compared, with changed facts and value sets.

The charts
  --charts <path>     an NDJSON file, or a folder of them (also .ndjson.gz). A
                      line is a Bundle with one chart, or a resource, as a FHIR
                      Bulk Data export has them: patients in any order, each
                      resource type in its files. What the files lack, the
                      patients lack.

The orders            are those of the charts that are draft, active or on hold.
                      Or, for every patient:
  --product <id>      an order of this product; may be given several times
  --setting <name>    of these orders: inpatient or outpatient
  --date <day>        their planned infusion date; today when left out
  --payer <id>        a Coverage of this payer in place of the charts'
  --plan <line>       its plan line

The answer
  --today <day>       the day of the evaluation, YYYY-MM-DD
  --format <name>     text, csv or json; text shows the first 50 patients
  --output <file>     in place of standard output. It names patients.

How
  --threads <number>  all cores when left out
  --queue             charts and work go to PostgreSQL (DATABASE_URL), for workers
                      on any machine: npm run impact -- worker

A run that was stopped goes on when the same command is given again. What it has
read is in a folder "impact" of DATA_FOLDER (data when not set), with --queue in
the database, and is deleted when the report is written.

One that is not to go on leaves patients' data there. When none is under way,
  npm run impact -- purge [--queue]
deletes what stopped runs have left, in DATA_FOLDER or with --queue in the
database.

The exit code is 0, 2 for a mistake in the command, its policy or its charts, or
1 when the program failed.
`;
