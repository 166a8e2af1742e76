#include "cli/taxii_options.hpp"

#include <CLI/CLI.hpp>

namespace tocsin::cli {
namespace {

void view(CLI::App& command, TaxiiOptions& into) {
  command.add_option("--description", into.description, "What is in it, for its readers")->type_name("TEXT");
  command.add_option("--alias", into.alias, "A short name that may stand for its id in addresses")->type_name("NAME");
  command
      .add_option(
          "--readers", into.readers,
          "Who is told of it and may read it: anyone, members, community:NAME or sector:NAME. What they see in it "
          "is what they may see anyway")
      ->type_name("WHO");
  command
      .add_option("--writers", into.writers,
                  "Who of its readers adds objects by TAXII, with a token that may write records: nobody, members, "
                  "organisation:NAME or sector:NAME. What they add is theirs, and for its readers")
      ->type_name("WHO");
  command.add_option("--type", into.types, "Only objects of these types, such as indicator; * for all")
      ->type_name("TYPE")
      ->delimiter(',');
  command.add_option("--label", into.labels, "Only objects with one of these labels; * for all")
      ->type_name("LABEL")
      ->delimiter(',');
  command.add_option("--words", into.words, "Only objects with these words; \"\" for all")->type_name("TEXT");
  command.add_option("--tlp-max", into.tlp_max, "Only objects up to this marking; \"\" for all")->type_name("TLP");
  command
      .add_option("--confidence-min", into.confidence_min,
                  "Only objects that state so much confidence, 0 to 100; -1 for all")
      ->type_name("NUMBER");
}

}  // namespace

void add_taxii_commands(CLI::App& group, TaxiiOptions& into,
                        const std::function<void(CLI::App* command, const char* examples)>& common) {
  group.set_help_flag("-h,--help", "This text");
  group.require_subcommand(1);
  group.footer(
      "Examples:\n"
      "  tocsin taxii list --data /srv/tocsin\n"
      "  tocsin taxii add --data /srv/tocsin 'Water, confident' --readers sector:water --confidence-min 70\n"
      "  tocsin taxii add --data /srv/tocsin 'Shared sightings' --readers community:Water --writers members\n"
      "docs/taxii.md says how clients read them.");
  using What = TaxiiOptions::What;
  const auto add = [&](const char* name, What what, const char* meaning, const char* examples) -> CLI::App& {
    auto* command = group.add_subcommand(name, meaning);
    // The callback proper belongs to what all commands have.
    command->preparse_callback([&into, what](std::size_t) { into.what = what; });
    common(command, examples);
    return *command;
  };
  const auto which = [&](CLI::App& command) {
    command.add_option("collection", into.collection, "Its id or alias")->type_name("COLLECTION")->required();
  };
  add("list", What::list, "List TAXII collections", "  tocsin taxii list --data /srv/tocsin");
  auto& adds =
      add("add", What::add, "Make a collection: a view of the threat knowledge that its readers may see",
          "  tocsin taxii add --data /srv/tocsin 'Public indicators' --readers anyone --type indicator --alias "
          "public");
  adds.add_option("title", into.title, "What it is called")->type_name("TITLE")->required();
  view(adds, into);
  auto& changes = add("change", What::change, "Change a collection; what is not said stays",
                      "  tocsin taxii change --data /srv/tocsin public --confidence-min 50");
  which(changes);
  changes.add_option("--title", into.title, "What it is called")->type_name("TITLE");
  view(changes, into);
  which(add("remove", What::remove, "Remove a collection; its objects stay",
            "  tocsin taxii remove --data /srv/tocsin public"));
}

}  // namespace tocsin::cli
