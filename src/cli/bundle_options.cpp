#include "cli/bundle_options.hpp"

#include <CLI/CLI.hpp>

namespace tocsin::cli {

void add_bundle_commands(CLI::App& group, BundleOptions& into,
                         const std::function<void(CLI::App*, const char* examples, bool database)>& common) {
  using What = BundleOptions::What;
  group.require_subcommand(1);
  auto* create =
      group.add_subcommand("create", "Write a signed bundle of what is public, or what an organisation may see");
  create->preparse_callback([&into](std::size_t) { into.what = What::create; });
  create->add_option("--out", into.file, "The file, which must not exist")->type_name("FILE")->required();
  create->add_option("--since", into.since, "Only what differs from an earlier bundle: its number, or its file")
      ->type_name("NUMBER|FILE");
  create
      ->add_option("--key", into.key,
                   "File of the signing key; is made where there is none (bundle.key in the data folder)")
      ->type_name("FILE");
  create->add_option("--for", into.recipient, "What this organisation may see")->type_name("ORGANISATION");
  create->add_option("--decision-table", into.decision_table, "An SSVC decision table that goes along")
      ->type_name("FILE");
  create
      ->add_option("--program", into.programs,
                   "Tocsin itself goes along: 'this' for the one that runs, or the file of one for another machine")
      ->type_name("this|FILE")
      ->allow_extra_args(false);
  common(create,
         "  tocsin bundle create --data /srv/tocsin --out full.tocsin\n"
         "  tocsin bundle create --data /srv/tocsin --out week-19.tocsin --since full.tocsin --for \"Power plant\"",
         true);
  auto* verify = group.add_subcommand("verify", "Hold a bundle against the key of who signs them");
  verify->preparse_callback([&into](std::size_t) { into.what = What::verify; });
  verify->add_option("FILE", into.file, "The bundle")->type_name("FILE")->required();
  verify->add_option("--key", into.key, "Public key, or a file with it")->type_name("KEY|FILE")->required();
  common(verify, "  tocsin bundle verify week-19.tocsin --key cert.pub", false);
  auto* apply = group.add_subcommand("apply", "Take a bundle in");
  apply->preparse_callback([&into](std::size_t) { into.what = What::apply; });
  apply->add_option("FILE", into.file, "The bundle")->type_name("FILE")->required();
  apply->add_option("--key", into.key, "Public key, or a file with it (else the setting bundle.key)")
      ->type_name("KEY|FILE");
  common(apply, "  tocsin bundle apply week-19.tocsin --data /srv/tocsin --key cert.pub", true);
  auto* program = group.add_subcommand("program", "Take Tocsin itself out of a bundle that brings it");
  program->preparse_callback([&into](std::size_t) { into.what = What::program; });
  program->add_option("FILE", into.file, "The bundle")->type_name("FILE")->required();
  program->add_option("--key", into.key, "Public key, or a file with it")->type_name("KEY|FILE")->required();
  program->add_option("--out", into.out, "The program's file, which must not exist")->type_name("FILE")->required();
  program->add_option("--machine", into.machine, "For which machine, as `uname -m` says it there (else: for this one)")
      ->type_name("NAME");
  common(program, "  tocsin bundle program week-19.tocsin --key cert.pub --out tocsin-new", false);
}

}  // namespace tocsin::cli
