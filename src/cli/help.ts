/** What `--help` prints, within 80 columns. */
export const HELP = `usage: npm run determine -- --chart <fixture or file> [--order <file>]
       npm run determine -- --server <url> --patient <id> --order <file>

Evaluates the coverage criteria of the patient's payer for the CAR-T orders of a
request, and prints each criterion with the records that decide it.

The chart
  --chart <name>      a fixture (a folder of fhir-fixtures), or a file: a
                      Bundle, an array of resources, or NDJSON. May be given
                      several times. What the files lack, the chart lacks.
  --server <url>      in place of --chart: the base URL of a FHIR R4 server
  --patient <id>      the patient on that server, or one of several in --chart
  --token-env <name>  the environment variable that holds the access token
  --coverage <file>   a Coverage, with its payer Organization where it refers
                      to one: added to the chart's, in place of the server's

The order
  --order <name>      a fixture, or a file: a CDS Hooks request, an order such
                      as a MedicationRequest or ServiceRequest, or a Bundle of
                      orders. A fixture given as --chart brings its own. A
                      request that has prefetch is enough, without --chart.
                      The least that will do:
                      {"resourceType": "MedicationRequest",
                       "medicationCodeableConcept": {"text": "<product>"}}

The answer
  --as-of <date>      the day of the request, YYYY-MM-DD; today when left out.
                      The fixtures are written for 2026-03-02.
  --json              {"determinations": [...]} as POST /determinations gives it

Colors are used on a terminal, unless NO_COLOR is set.

The exit code is the worst of:
   0  all criteria met
   1  documentation needed
   2  criteria not met, or no covered indication
   3  no determination: no CAR-T order, or no policy on file governs it
  64  the command is not understood
  65  a file cannot be read, or is not what it should be
  69  data are missing: no coverage to be read, or the server did not answer
  70  an error of this program
`;
