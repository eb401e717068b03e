import type { Fixture } from './fixture.ts';
import { abecmaAfterCarvykti } from './stories/abecma-after-carvykti.ts';
import { abecmaFourLines } from './stories/abecma-four-lines.ts';
import { abecmaLinesUndocumented } from './stories/abecma-lines-undocumented.ts';
import { allLineageNotStated } from './stories/all-lineage-not-stated.ts';
import { bAllAllAttested } from './stories/b-all-all-attested.ts';
import { bAllMorphologyOnly } from './stories/b-all-morphology-only.ts';
import { bAllNewlyDiagnosed } from './stories/b-all-newly-diagnosed.ts';
import { bAllRefuted } from './stories/b-all-refuted.ts';
import { bAllRelapsedInpatient } from './stories/b-all-relapsed-inpatient.ts';
import { bAllSecondRelapseOutpatient } from './stories/b-all-second-relapse-outpatient.ts';
import { bAllSeventeen } from './stories/b-all-seventeen.ts';
import { carvyktiLateProgression } from './stories/carvykti-late-progression.ts';
import { carvyktiOnLenalidomide } from './stories/carvykti-on-lenalidomide.ts';
import { carvyktiSmolderingOnly } from './stories/carvykti-smoldering-only.ts';
import { dlbclWrongIndication } from './stories/dlbcl-wrong-indication.ts';
import { excellusCopdWithoutPft } from './stories/excellus-copd-without-pft.ts';
import { excellusDocumentsComplete } from './stories/excellus-documents-complete.ts';
import { excellusDocumentsMissing } from './stories/excellus-documents-missing.ts';
import { excellusRecentTransplant } from './stories/excellus-recent-transplant.ts';
import { hypertensionOnly } from './stories/hypertension-only.ts';
import { mclAllAttested } from './stories/mcl-all-attested.ts';
import { mclEpicShapes } from './stories/mcl-epic-shapes.ts';
import { mclPriorCarTTrial } from './stories/mcl-prior-car-t-trial.ts';
import { mclProgressedOnBtk } from './stories/mcl-progressed-on-btk.ts';
import { mclResponseNotDocumented } from './stories/mcl-response-not-documented.ts';
import { tAll } from './stories/t-all.ts';

/** Every fixture, the same on every call: no clock, no chance. */
export const fixtures = (): readonly Fixture[] => [
  mclProgressedOnBtk(),
  mclResponseNotDocumented(),
  bAllSecondRelapseOutpatient(),
  allLineageNotStated(),
  tAll(),
  mclPriorCarTTrial(),
  mclAllAttested(),
  bAllRelapsedInpatient(),
  bAllAllAttested(),
  bAllNewlyDiagnosed(),
  bAllRefuted(),
  dlbclWrongIndication(),
  bAllSeventeen(),
  mclEpicShapes(),
  bAllMorphologyOnly(),
  hypertensionOnly(),
  abecmaFourLines(),
  abecmaLinesUndocumented(),
  abecmaAfterCarvykti(),
  carvyktiOnLenalidomide(),
  carvyktiLateProgression(),
  carvyktiSmolderingOnly(),
  excellusDocumentsComplete(),
  excellusDocumentsMissing(),
  excellusCopdWithoutPft(),
  excellusRecentTransplant(),
];
