import type { CodeableConcept } from 'fhir/r4.js';
import { concept, rxnorm } from './codings.ts';

/** A drug by its RxNorm ingredient, with the pharmacy's product code beside it where the infusion center records one. */
const drug = (
  ingredient: string,
  name: string,
  product?: readonly [rxcui: string, name: string],
): CodeableConcept =>
  concept(
    product?.[1] ?? name,
    ...(product === undefined ? [] : [rxnorm(...product)]),
    rxnorm(ingredient, name),
  );

export const drugs = {
  rituximab: drug('121191', 'rituximab', ['1657864', '10 ML rituximab 10 MG/ML Injection [Rituxan]']),
  cyclophosphamide: drug('3002', 'cyclophosphamide', ['1734919', 'cyclophosphamide 1000 MG Injection']),
  doxorubicin: drug('3639', 'doxorubicin', ['1790100', '25 ML doxorubicin hydrochloride 2 MG/ML Injection']),
  vincristine: drug('11202', 'vincristine', ['1863354', '2 ML vincristine sulfate 1 MG/ML Injection']),
  prednisone: drug('8640', 'prednisone', ['198148', 'prednisone 50 MG Oral Tablet']),
  dexamethasone: drug('3264', 'dexamethasone', ['2261802', 'dexamethasone 20 MG Oral Tablet']),
  bendamustine: drug('134547', 'bendamustine', ['1805001', 'bendamustine hydrochloride 100 MG Injection']),
  ibrutinib: drug('1442981', 'ibrutinib', ['2000031', 'ibrutinib 560 MG Oral Tablet [Imbruvica]']),
  acalabrutinib: drug('1986808', 'acalabrutinib'),
  zanubrutinib: drug('2262435', 'zanubrutinib', ['2262446', 'zanubrutinib 80 MG Oral Capsule [Brukinsa]']),
  pirtobrutinib: drug('2629338', 'pirtobrutinib', ['2629349', 'pirtobrutinib 100 MG Oral Tablet [Jaypirca]']),
  venetoclax: drug('1747556', 'venetoclax', ['1747567', 'venetoclax 100 MG Oral Tablet [Venclexta]']),
  daunorubicin: drug('3109', 'daunorubicin', ['309650', '4 ML daunorubicin 5 MG/ML Injection']),
  pegaspargase: drug('34132', 'pegaspargase', [
    '213040',
    '5 ML pegaspargase 750 UNT/ML Injection [Oncaspar]',
  ]),
  methotrexate: drug('6851', 'methotrexate', ['1655956', '40 ML methotrexate 25 MG/ML Injection']),
  cytarabine: drug('3041', 'cytarabine', ['249364', '20 ML cytarabine 100 MG/ML Injection']),
  mercaptopurine: drug('103', 'mercaptopurine', ['197931', 'mercaptopurine 50 MG Oral Tablet']),
  methotrexateTablets: drug('6851', 'methotrexate', ['105585', 'methotrexate 2.5 MG Oral Tablet']),
  blinatumomab: drug('1597258', 'blinatumomab', ['1597267', 'blinatumomab 0.035 MG Injection [Blincyto]']),
  inotuzumab: drug('1942950', 'inotuzumab ozogamicin', [
    '1942959',
    'inotuzumab ozogamicin 0.9 MG Injection [Besponsa]',
  ]),
  nelarabine: drug('274771', 'nelarabine', ['616366', '50 ML nelarabine 5 MG/ML Injection [Arranon]']),
  fludarabine: drug('24698', 'fludarabine'),
  idarubicin: drug('5650', 'idarubicin'),
  ifosfamide: drug('5657', 'ifosfamide'),
  carboplatin: drug('40048', 'carboplatin'),
  etoposide: drug('4179', 'etoposide', ['310248', 'etoposide 20 MG/ML Injectable Solution']),
  polatuzumab: drug('2174090', 'polatuzumab vedotin', [
    '2174100',
    'polatuzumab vedotin-piiq 140 MG Injection [Polivy]',
  ]),
  acyclovir: drug('281', 'acyclovir'),
  allopurinol: drug('519', 'allopurinol'),
  amlodipine: drug('17767', 'amlodipine'),
  apixaban: drug('1364430', 'apixaban'),
  atorvastatin: drug('83367', 'atorvastatin'),
  hydroxychloroquine: drug('5521', 'hydroxychloroquine'),
  levofloxacin: drug('82122', 'levofloxacin'),
  bortezomib: drug('358258', 'bortezomib', ['402244', 'bortezomib 3.5 MG Injection [Velcade]']),
  lenalidomide: drug('342369', 'lenalidomide', ['643722', 'lenalidomide 25 MG Oral Capsule [Revlimid]']),
  lenalidomideMaintenance: drug('342369', 'lenalidomide', ['602910', 'lenalidomide 10 MG Oral Capsule']),
  pomalidomide: drug('1369713', 'pomalidomide', ['1369736', 'pomalidomide 4 MG Oral Capsule [Pomalyst]']),
  daratumumab: drug('1721947', 'daratumumab', [
    '2375141',
    '15 ML daratumumab-fihj 120 MG/ML / hyaluronidase-fihj 2000 UNT/ML Injection [Darzalex Faspro]',
  ]),
  carfilzomib: drug('1302966', 'carfilzomib', ['1806942', 'carfilzomib 60 MG Injection [Kyprolis]']),
  selinexor: drug('2178390', 'selinexor', ['2178402', 'selinexor 20 MG Oral Tablet [Xpovio]']),
  melphalan: drug('6718', 'melphalan', ['311487', 'melphalan 50 MG Injection']),
  carvykti: drug('2594775', 'ciltacabtagene autoleucel', [
    '2594786',
    '70 ML ciltacabtagene autoleucel 1430000 CELLS/ML Injection [Carvykti]',
  ]),
  levothyroxine: drug('10582', 'levothyroxine'),
  lisinopril: drug('29046', 'lisinopril'),
  metformin: drug('6809', 'metformin'),
  omeprazole: drug('7646', 'omeprazole'),
  ondansetron: drug('26225', 'ondansetron'),
  sertraline: drug('36437', 'sertraline'),
  tamsulosin: drug('77492', 'tamsulosin'),
  trimethoprimSulfamethoxazole: drug('10831', 'sulfamethoxazole / trimethoprim'),
} as const;

export type DrugName = keyof typeof drugs;
