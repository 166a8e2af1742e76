#include "cli/attack_options.hpp"

#include <CLI/CLI.hpp>

namespace tocsin::cli {

void add_attack_commands(CLI::App& group, AttackOptions& into,
                         const std::function<void(CLI::App* command, const char* examples, bool stored)>& common) {
  group.set_help_flag("-h,--help", "This text");
  group.require_subcommand(1);
  group.footer(
      "Examples:\n"
      "  tocsin attack diff ics-attack-17.1.json ics-attack-18.1.json\n"
      "  tocsin attack show --data /srv/tocsin T0855\n"
      "The knowledge base itself comes by tocsin import; docs/attack.md says what is made of it.");
  using What = AttackOptions::What;
  const auto add = [&](const char* name, What what, const char* meaning, const char* examples, bool stored) {
    auto* command = group.add_subcommand(name, meaning);
    // The callback proper belongs to what all commands have.
    command->preparse_callback([&into, what](std::size_t) { into.what = what; });
    common(command, examples, stored);
    return command;
  };
  add("show", What::show, "Show an object of ATT&CK, what it has to do with, and what names it",
      "  tocsin attack show --data /srv/tocsin T0855\n"
      "  tocsin attack show --data /srv/tocsin --format json G0034",
      true)
      ->add_option("id", into.id, "Its ATT&CK id")
      ->type_name("ID")
      ->required();
  auto* layer = add("layer", What::layer, "Print a matrix as a layer of the ATT&CK Navigator",
                    "  tocsin attack layer --data /srv/tocsin --by G0034 > layer.json\n"
                    "Scores are how many advisories and reports name a technique.",
                    true);
  layer->add_option("--matrix", into.matrix, "Which one; the first unless told, ics-attack where it is here")
      ->type_name("DOMAIN");
  layer
      ->add_option("--by", into.by,
                   "What has to do with this group, software, campaign, asset class or mitigation "
                   "has a colour")
      ->type_name("ID");
  auto* diff = add("diff", What::diff, "Tell what changed between two releases of ATT&CK",
                   "  tocsin attack diff ics-attack-17.1.json ics-attack-18.1.json\n"
                   "  tocsin attack diff --format json old.json new.json\n"
                   "Needs no data folder. Exit 0 whether there are changes or not.",
                   false);
  diff->add_option("before", into.before, "The earlier release")->type_name("BEFORE")->required();
  diff->add_option("after", into.after, "The later one")->type_name("AFTER")->required();
  diff->add_flag("--relations", into.relations, "Also relations one by one");
}

}  // namespace tocsin::cli
