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
import { kymriahBAllSecondRelapse } from './stories/kymriah-b-all-second-relapse.ts';
import { kymriahBAllMarrowOutdated } from './stories/kymriah-b-all-marrow-outdated.ts';
import { kymriahBAllTwentySeven } from './stories/kymriah-b-all-twenty-seven.ts';
import { kymriahMantleCell } from './stories/kymriah-mantle-cell.ts';
import { tecartusBAllPhPositive } from './stories/tecartus-b-all-ph-positive.ts';
import { tecartusBAllOutsideRecords } from './stories/tecartus-b-all-outside-records.ts';
import { tecartusBAllCnsDisease } from './stories/tecartus-b-all-cns-disease.ts';
import { tecartusMarginalZone } from './stories/tecartus-marginal-zone.ts';
import { aucatzylBAllEarlyRelapse } from './stories/aucatzyl-b-all-early-relapse.ts';
import { aucatzylBAllRelapseInProse } from './stories/aucatzyl-b-all-relapse-in-prose.ts';
import { aucatzylBAllAfterKymriah } from './stories/aucatzyl-b-all-after-kymriah.ts';
import { aucatzylBurkitt } from './stories/aucatzyl-burkitt.ts';
import { kymriahLbclThirdLine } from './stories/kymriah-lbcl-third-line.ts';
import { kymriahLbclNoPathology } from './stories/kymriah-lbcl-no-pathology.ts';
import { kymriahLbclMediastinal } from './stories/kymriah-lbcl-mediastinal.ts';
import { kymriahFlTwoLines } from './stories/kymriah-fl-two-lines.ts';
import { kymriahFlOneLine } from './stories/kymriah-fl-one-line.ts';
import { kymriahFlAfterYescarta } from './stories/kymriah-fl-after-yescarta.ts';
import { yescartaLbclPrimaryRefractory } from './stories/yescarta-lbcl-primary-refractory.ts';
import { yescartaLbclLateRelapse } from './stories/yescarta-lbcl-late-relapse.ts';
import { yescartaLbclCerebral } from './stories/yescarta-lbcl-cerebral.ts';
import { yescartaLymphocyticLeukemia } from './stories/yescarta-lymphocytic-leukemia.ts';
import { yescartaFlTwoLines } from './stories/yescarta-fl-two-lines.ts';
import { yescartaFlResponseInProse } from './stories/yescarta-fl-response-in-prose.ts';
import { yescartaFlAfterCarT } from './stories/yescarta-fl-after-car-t.ts';
import { tecartusMclAfterAcalabrutinib } from './stories/tecartus-mcl-after-acalabrutinib.ts';
import { tecartusMclOnPirtobrutinib } from './stories/tecartus-mcl-on-pirtobrutinib.ts';
import { tecartusMclAfterBreyanzi } from './stories/tecartus-mcl-after-breyanzi.ts';
import { breyanziLbclFollicular3b } from './stories/breyanzi-lbcl-follicular-3b.ts';
import { breyanziLbclTransplantNotPossible } from './stories/breyanzi-lbcl-transplant-not-possible.ts';
import { breyanziLbclSecondCourse } from './stories/breyanzi-lbcl-second-course.ts';
import { breyanziFollicular3a } from './stories/breyanzi-follicular-3a.ts';
import { tecartusLargeCell } from './stories/tecartus-large-cell.ts';
import { abecmaWaldenstrom } from './stories/abecma-waldenstrom.ts';
import { carvyktiRefractorinessUndocumented } from './stories/carvykti-refractoriness-undocumented.ts';
import { carvyktiPlasmaCellLeukemia } from './stories/carvykti-plasma-cell-leukemia.ts';
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
  kymriahBAllSecondRelapse(),
  kymriahBAllMarrowOutdated(),
  kymriahBAllTwentySeven(),
  kymriahMantleCell(),
  tecartusBAllPhPositive(),
  tecartusBAllOutsideRecords(),
  tecartusBAllCnsDisease(),
  tecartusMarginalZone(),
  aucatzylBAllEarlyRelapse(),
  aucatzylBAllRelapseInProse(),
  aucatzylBAllAfterKymriah(),
  aucatzylBurkitt(),
  kymriahLbclThirdLine(),
  kymriahLbclNoPathology(),
  kymriahLbclMediastinal(),
  kymriahFlTwoLines(),
  kymriahFlOneLine(),
  kymriahFlAfterYescarta(),
  yescartaLbclPrimaryRefractory(),
  yescartaLbclLateRelapse(),
  yescartaLbclCerebral(),
  yescartaLymphocyticLeukemia(),
  yescartaFlTwoLines(),
  yescartaFlResponseInProse(),
  yescartaFlAfterCarT(),
  tecartusMclAfterAcalabrutinib(),
  tecartusMclOnPirtobrutinib(),
  tecartusMclAfterBreyanzi(),
  breyanziLbclFollicular3b(),
  breyanziLbclTransplantNotPossible(),
  breyanziLbclSecondCourse(),
  breyanziFollicular3a(),
  tecartusLargeCell(),
  abecmaWaldenstrom(),
  carvyktiRefractorinessUndocumented(),
  carvyktiPlasmaCellLeukemia(),
];
