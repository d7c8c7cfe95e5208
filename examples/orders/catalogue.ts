/** The shop's products: fixed, the same in every service. */
export interface Product {
  readonly sku: string;
  readonly name: string;
  readonly unitCents: number;
  readonly grams: number;
}

const PRODUCTS: readonly [Product, ...Product[]] = [
  { sku: 'MUG-01', name: 'Stoneware mug', unitCents: 1290, grams: 420 },
  { sku: 'MUG-02', name: 'Travel mug', unitCents: 2495, grams: 310 },
  { sku: 'KET-10', name: 'Gooseneck kettle', unitCents: 8990, grams: 1350 },
  { sku: 'GRI-04', name: 'Hand grinder', unitCents: 11949, grams: 780 },
  { sku: 'SCA-07', name: 'Drip scale', unitCents: 4537, grams: 520 },
  { sku: 'DRI-01', name: 'Ceramic dripper', unitCents: 2163, grams: 360 },
  { sku: 'FIL-40', name: 'Paper filters, 40', unitCents: 389, grams: 95 },
  { sku: 'FIL-99', name: 'Paper filters, 100', unitCents: 749, grams: 210 },
  { sku: 'BEA-ET', name: 'Beans, Yirgacheffe', unitCents: 1479, grams: 340 },
  { sku: 'BEA-CO', name: 'Beans, Huila', unitCents: 1325, grams: 340 },
  { sku: 'BEA-KE', name: 'Beans, Nyeri', unitCents: 1612, grams: 340 },
  { sku: 'BEA-DE', name: 'Beans, decaf', unitCents: 1251, grams: 340 },
  { sku: 'TIN-03', name: 'Airtight tin', unitCents: 1847, grams: 290 },
  { sku: 'CLO-02', name: 'Bar cloth, 2', unitCents: 973, grams: 130 },
  { sku: 'MOK-06', name: 'Moka pot', unitCents: 3981, grams: 690 },
  { sku: 'PRE-08', name: 'French press', unitCents: 3425, grams: 940 },
  { sku: 'SPO-01', name: 'Measuring spoon', unitCents: 617, grams: 45 },
  { sku: 'TAM-58', name: 'Tamper, 58 mm', unitCents: 2759, grams: 430 },
  { sku: 'JUG-05', name: 'Milk jug', unitCents: 1933, grams: 250 },
  { sku: 'BOO-01', name: 'Brewing handbook', unitCents: 2871, grams: 610 },
];

const bySku = new Map(PRODUCTS.map((product) => [product.sku, product]));

export function findProduct(sku: string): Product | undefined {
  return bySku.get(sku);
}

export const ALL_PRODUCTS = PRODUCTS;
