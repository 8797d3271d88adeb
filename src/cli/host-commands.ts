import type { Argv } from 'yargs';
import type { Io } from '../commands/io.ts';
import { schemaSubjects } from '../domain/schema-subject.ts';
import { changeOf, connectionOf } from './change-choice.ts';
import type { CommandTable, InventoryChoice, TagsChoice } from './command-table.ts';
import { hostsOf } from './inventory-options.ts';
import { optionsOf } from './options.ts';
import { outputOf } from './output-options.ts';
import { shardOf } from './shard-options.ts';
import { listingOf, tagsOf } from './tag-options.ts';
import { captureOf, checkVerify, rebootOf } from './verify-options.ts';

/** A command ready to run; gives its exit code. */
export type Run = (io: Io) => Promise<number>;

/** Declares the commands that are about hosts. Their handlers only hand to `select` what to run. */
export function declareHostCommands(parser: Argv, commands: CommandTable, select: (run: Run) => void): Argv {
  const orList = (
    options: TagsChoice & Pick<InventoryChoice, 'playbook'>,
    listing: ReturnType<typeof listingOf>,
    run: Run,
  ): Run => (listing === null ? run : async (io) => (await commands.listPlaybook())({ ...options, listing }, io));
  return parser
    .command(
      'push',
      'Plan, show, apply, verify and confirm',
      (y) =>
        y
          .options(optionsOf.push)
          .example('$0 push -i prod.yaml', 'Show what would change, ask, apply')
          .example('$0 push -i prod.yaml -l node01 -y', 'One host, without a question')
          .example('$0 push -i prod.yaml -p site.yaml', 'What a playbook declares, beside networks')
          .example('$0 push -i prod.yaml -p site.yaml --tags storage', 'What some of its tasks declare')
          .example('$0 push -i prod.yaml --check --diff', 'Only show, files line by line')
          .example('$0 push -i prod.yaml -y --serial 1,10%,50% --max-fail 2', 'One host first, then more at a time')
          .example('$0 push -i prod.yaml --plan prod.plan', 'What plan --out saved, and nothing else')
          .example('$0 push -i prod.yaml --retry last', 'What the last run left undone')
          .check(({ check, plan, retry, tags, 'skip-tags': skipTags }) => {
            if (plan !== undefined && (tags ?? skipTags) !== undefined)
              throw new Error('--plan has its tasks chosen: give --tags and --skip-tags to the command plan');
            if (check === true && plan !== undefined)
              throw new Error('--check makes a plan and --plan has one: say one of them');
            if (check === true && retry !== undefined)
              throw new Error('--check plans for all hosts: it has no --retry');
            return true;
          }),
      (argv) => {
        const options = {
          ...changeOf(argv),
          ...tagsOf(argv),
          force: argv.force ?? [],
          planFile: argv.plan ?? null,
          retry: argv.retry ?? null,
        };
        select(orList(options, listingOf(argv), async (io) => (await commands.push())(options, io)));
      },
    )
    .command(
      'rollback',
      'Bring an earlier confirmed state of each host back',
      (y) =>
        y
          .options(optionsOf.rollback)
          .example('$0 rollback -i prod.yaml -l node01', 'The generation before the present')
          .example('$0 rollback -i prod.yaml --to 3', 'As each host recorded it'),
      (argv) => {
        const options = { ...changeOf(argv), to: argv.to ?? null };
        select(async (io) => (await commands.rollback())(options, io));
      },
    )
    .command(
      'remove',
      'Take everything away again: each host as before its first push',
      (y) => y.options(optionsOf.remove).example('$0 remove -i prod.yaml -l node04', 'A host that leaves the cluster'),
      (argv) => {
        const options = changeOf(argv);
        select(async (io) => (await commands.remove())(options, io));
      },
    )
    .command(
      'plan',
      'Show what a push would change; exit code 2 if anything',
      (y) =>
        y
          .options(optionsOf.plan)
          .example('$0 plan -i prod.yaml', 'Every file and every rule')
          .example('$0 plan -i prod.yaml --no-diff', 'Without the lines of the files')
          .example('$0 plan -i prod.yaml --out prod.plan', 'To be read, agreed to, and then pushed as it is'),
      (argv) => {
        const options = {
          ...hostsOf(argv),
          ...tagsOf(argv),
          ...connectionOf(argv),
          ...shardOf(argv),
          ...outputOf(argv),
          force: argv.force ?? [],
          diff: argv.diff,
          out: argv.out ?? null,
        };
        select(orList(options, listingOf(argv), async (io) => (await commands.plan())(options, io)));
      },
    )
    .command(
      'audit',
      'Say where hosts differ from what is described; exit code 2 if anywhere',
      (y) =>
        y
          .options(optionsOf.audit)
          .example('$0 audit -i prod.yaml --output json', 'For machines: a line per host')
          .example('$0 audit -i prod.yaml --pools cluster.json', 'And does every pool of the cluster have a network')
          .example('$0 audit -i prod.yaml --report audit.html --report audit.xml', 'To look at, and for CI'),
      (argv) => {
        const { pools } = argv;
        const options = {
          ...{ ...hostsOf(argv), ...shardOf(argv), ...connectionOf(argv), ...outputOf(argv) },
          ...(pools === undefined ? {} : { pools }),
        };
        select(async (io) => (await commands.audit())(options, io));
      },
    )
    .command(
      'verify',
      'Probe gateways and reply paths on the hosts',
      (y) =>
        y
          .options(optionsOf.verify)
          .example('$0 verify -i prod.yaml -l workers', 'One group')
          .example('$0 verify -i prod.yaml --from-here 1.2.3.4:80', 'And does the VIP answer this machine')
          .example('$0 verify -i prod.yaml -l node01 --reboot -y', 'And is it all the same after a restart')
          .example('$0 verify -i prod.yaml --capture 10 --from-here 1.2.3.4:80', 'And by which interface it answers')
          .check(checkVerify),
      (argv) => {
        const options = {
          ...hostsOf(argv),
          ...connectionOf(argv),
          ...shardOf(argv),
          ...outputOf(argv),
          fromHere: argv['from-here'] ?? [],
          ...captureOf(argv),
          ...rebootOf(argv),
        };
        select(async (io) => (await commands.verify())(options, io));
      },
    )
    .command(
      'render',
      'Write the files of every host to a folder, without touching hosts',
      (y) =>
        y
          .options(optionsOf.render)
          .example('$0 render -i prod.yaml -o out', 'To review, or to keep in git')
          .example('$0 render -i prod.yaml -o out --as script', 'For nodes that cannot be pushed to'),
      (argv) => {
        const options = { ...hostsOf(argv), out: argv.out, as: argv.as };
        select(async (io) => (await commands.render())(options, io));
      },
    )
    .command(
      'init',
      'Write a first inventory, from options or from answers',
      (y) =>
        y
          .options(optionsOf.init)
          .example('$0 init', 'Asks what it needs to know')
          .example(
            '$0 init --host node[01:03] -u admin --parent eth0 --vlan 100 --pool 1.2.3.0/24 --gateway 1.2.3.1 --pod-cidr 10.112.0.0/12',
            'Without questions',
          ),
      ({ host = [], user, network, pool = [], device, parent, vlan, gateway, 'pod-cidr': podCidrs = [], out }) => {
        const link = { device: device ?? null, parent: parent ?? null, vlan: vlan ?? null };
        const options = {
          ...{ hosts: host, user: user ?? null, network: network ?? null, pools: pool, ...link },
          ...{ gateway: gateway ?? null, podCidrs, out },
        };
        select(async (io) => (await commands.init())(options, io));
      },
    )
    .command(
      'schema [of]',
      'Print the JSON Schema of inventories, of files of variables or of playbooks, for editors',
      (y) =>
        y
          .positional('of', {
            choices: schemaSubjects,
            default: 'inventory' as const,
            describe: 'Of what',
          })
          .options(optionsOf.schema)
          .example('$0 schema > mlbroute.schema.json', 'For yaml-language-server')
          .example('$0 schema variables > variables.schema.json', 'For files of group_vars and host_vars')
          .example('$0 schema playbook > playbook.schema.json', 'The same for playbooks'),
      ({ of }) => select(async (io) => (await commands.schema())({ of }, io)),
    );
}
