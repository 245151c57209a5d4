/* SPDX-License-Identifier: GPL-3.0-or-later
 * The table of subcommands behind `huddle`, `huddle help` and main. */
#include "cli/commands.h"

#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

static const struct hud_command commands[] = {
    {"run", hud_cli_run, "MODEL.yaml [-o DIR] [--set key.path=value]... [--force] [--quiet]",
     "runs a model and leaves its results in DIR (default: results/NAME)",
     "The folder receives moments.csv, f1.csv, result.nc, summary.json and model.yaml (the model\n"
     "with all defaults). A folder that already holds results is refused without --force.\n"
     "--set changes one value of the model file, as if it stood there: --set epsilon=0.01\n"},
    {"resume", hud_cli_resume, "DIR [--quiet]",
     "goes on from the checkpoint of a run that was stopped",
     "A run writes checkpoints if time.checkpoint_every says so. The result has the same bits as\n"
     "that of a run that was not stopped.\n"},
    {"check", hud_cli_check, "MODEL.yaml [--set key.path=value]...",
     "validates a model, prints it with its defaults, its size and its theory; runs nothing", ""},
    {"compare", hud_cli_compare, "DIR DIR",
     "distances between two results over time: W1, W2, Fourier metric, L1, moments", ""},
    {"study", hud_cli_study,
     "STUDY.yaml [-o DIR] [--set key.path=value]... [-j N] [--force] [--quiet]",
     "runs the models of a study, compares them, prints errors and observed orders",
     "The folder (default: results/NAME) receives the runs, the table (table.txt, .csv, .tex) and\n"
     "figure-study. Called again, it runs only what is missing or has changed; --force runs\n"
     "everything again. -j: processes at a time (default: the number of processors). --set "
     "changes\n"
     "the study file: --set refine=none. The exit status is 1 if a run failed or an order that "
     "the\n"
     "study expects is not met.\n"},
    {"plot", hud_cli_plot, "DIR... [-o DIR]",
     "draws figures of one or several results, and report.html of one result or study",
     "The figures (SVG, PDF and PNG) land in the first folder, or in the one given with -o:\n"
     "variance and f_1, moments, f_2 where it was written. Several results are drawn together.\n"
     "report.html is one file with interactive plots that opens from the disk, without network.\n"},
    {"stability", hud_cli_stability, "MODEL.yaml [--scan] [--set key.path=value]...",
     "eigenvalues of the second moments at equilibrium, corrected and as printed (Lemma 3.1)",
     "With --scan: over a box of parameters around those of the model, and the worst cases.\n"},
    {"series", hud_cli_series, "MODEL.yaml [--set key.path=value]...",
     "the Duhamel series of the Boltzmann hierarchy, term by term, for model: boltzmann",
     "Trees of pseudo-trajectories, to the time time.end; the keys under `series` choose the "
     "number\n"
     "of terms, the truncations and the observable. With series.counts: recollisions, prefactors\n"
     "and displacements of the BBGKY hierarchies of so many particles.\n"},
    {"geometry", hud_cli_geometry, "[DIMENSION ORDER [SAMPLES]] | --corrections",
     "Monte Carlo checks of the geometric lemmas of [APW] with fitted exponents",
     "DIMENSION 2 or 3, ORDER 1 to 6 (default 2 2), SAMPLES of each check (default 800000). The "
     "exit\n"
     "status is 1 if a bound does not hold. --corrections: the formulas of [APW] that a program "
     "cannot\n"
     "take over as printed, each by the printed formula, by the corrected one, and found by other "
     "means;\n"
     "the exit status is 1 if one is not confirmed.\n"},
    {"models", hud_cli_models, "[NAME]",
     "what runs with what; with a name: its equation, its keys, its place in the paper", ""},
    {"init", hud_cli_init, "[NAME]",
     "prints a commented model or study file to start from; without a name: lists them", ""},
    {"version", hud_cli_version, "", "versions of huddle and of the libraries", ""},
    {"help", hud_cli_help, "[COMMAND]", "this text, or more on one command", ""},
};

const struct hud_command *hud_command_find(const char *name)
{
  for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
    if (strcmp(commands[i].name, name) == 0)
      return &commands[i];
  return NULL;
}

void hud_command_list(FILE *stream)
{
  fprintf(stream, "usage: huddle COMMAND ...\n\n");
  for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
    fprintf(stream, "  %-9s %s\n            %s\n", commands[i].name, commands[i].arguments,
            commands[i].summary);
  fprintf(stream, "\nexit status: 0 done, 1 the computation failed, 2 bad usage or input,\n"
                  "             3 stopped by a signal, 4 output could not be written\n");
}

int hud_cli_help(int argc, char **argv)
{
  if (argc < 2) {
    hud_command_list(stdout);
    return HUD_EXIT_DONE;
  }
  const struct hud_command *command = hud_command_find(argv[1]);
  if (argc > 2 || command == NULL) {
    fprintf(stderr, "huddle help: no command %s\n\n", argv[argc - 1]);
    hud_command_list(stderr);
    return HUD_EXIT_INPUT;
  }
  printf("usage: huddle %s %s\n%s\n%s", command->name, command->arguments, command->summary,
         command->details);
  return HUD_EXIT_DONE;
}
