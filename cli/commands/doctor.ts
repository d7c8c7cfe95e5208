import { Command } from 'commander';
import type { DoctorReport } from '../../server/doctor/index.ts';
import { createApiClient } from '../api-client.ts';
import type { Context } from '../context.ts';
import { addExamples, addOptions, apiOptions, jsonOption } from '../options.ts';
import { clockFinding, renderDoctor } from '../view/render-doctor.ts';

const EXIT_RISKS = 3;

/** What is risky about a running setup. What only this machine sees, its clock, is added to what the control plane says. */
export function doctorCommand(context: Context): Command {
  const command = new Command('doctor').description('name what is risky about a running setup, and what helps');
  addOptions(command, ...apiOptions(), jsonOption()).action(async (options: { api: string; json?: boolean }) => {
    const askedAtMs = Date.now();
    const report = await createApiClient(options, context.env).get<DoctorReport>('/doctor');
    const clock = clockFinding(Date.parse(report.at), { askedAtMs, answeredAtMs: Date.now() });
    const whole = { ...report, items: [...report.items, ...(clock ? [clock] : [])] };
    if (whole.items.some(({ severity }) => severity !== 'note')) process.exitCode = EXIT_RISKS;
    if (options.json) context.printJson(whole);
    else context.print(...renderDoctor(whole, context.style));
  });
  addExamples(command, 'doctor', 'doctor --json | jq -r ".items[] | .id"');
  return command.addHelpText(
    'after',
    '\nExit codes: 0 nothing but notes, 3 a danger or a risk; 1 the control plane does not answer, 2 wrong usage.',
  );
}
