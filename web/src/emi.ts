// <hyd-emi> around the form of the EMI page: shows the instalment while figures are typed. Fields `price`, `down`, `rate`
// (percent a year) and `years`; outputs `[data-emi="month"]`, `"interest"`, `"total"`. Without it the form's button does
// the same on the server.

export interface Loan { amount: number; rate: number; years: number }
export interface Instalments { month: number; interest: number; total: number }

/** P·r·(1+r)^n / ((1+r)^n − 1), r a month's rate. `undefined` for what is no loan. */
export function instalments({ amount, rate, years }: Loan): Instalments | undefined {
  const [n, r] = [Math.round(years * 12), rate / 1200];
  if (!(amount > 0) || !(rate >= 0) || !(n > 0) || n > 1200 || !Number.isFinite(amount * (1 + rate))) return undefined;
  const growth = (1 + r) ** n;
  const month = r === 0 ? amount / n : (amount * r * growth) / (growth - 1);
  return { month, interest: month * n - amount, total: month * n };
}

/** An amount as people write it: `85,00,000`, `85 lakh`, `1.2 cr`, `25k`. `NaN` for anything else. */
export function rupees(text: string): number {
  const found = /^₹?\s*([\d,]+(?:\.\d+)?)\s*(k|thousand|l|lac|lakh|lakhs|cr|crore|crores)?$/i.exec(text.trim());
  if (!found) return NaN;
  const unit = (found[2] ?? '').toLowerCase();
  const times = unit.startsWith('c') ? 1e7 : unit.startsWith('l') ? 1e5 : unit ? 1e3 : 1;
  return Number((found[1] ?? '').replaceAll(',', '')) * times;
}

const whole = new Intl.NumberFormat('en-IN', { style: 'currency', currency: 'INR', maximumFractionDigits: 0 });

export class Emi extends HTMLElement {
  connectedCallback(): void {
    this.addEventListener('input', () => this.#show());
  }

  #show(): void {
    const text = (name: string): string => this.querySelector<HTMLInputElement>(`[name="${name}"]`)?.value ?? '';
    const amount = rupees(text('price')) - (text('down') ? rupees(text('down')) : 0);
    const result = instalments({ amount, rate: Number(text('rate') || NaN), years: Number(text('years')) });
    for (const name of ['month', 'interest', 'total'] as const) {
      const output = this.querySelector(`[data-emi="${name}"]`);
      if (output) output.textContent = result ? whole.format(result[name]) : '–';
    }
  }
}
