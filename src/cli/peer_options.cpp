#include "cli/peer_options.hpp"

#include <CLI/CLI.hpp>

#include "engine/taxii/peers.hpp"

namespace tocsin::cli {
namespace {

void credentials(CLI::App& command, PeerOptions& into) {
  command.add_option("--account", into.account, "Name to sign in with; its password stands in --secret-file")
      ->type_name("NAME");
  command
      .add_option("--secret-file", into.secret_file,
                  "File whose first line is the password or token, - for standard input")
      ->type_name("FILE");
  command.add_flag("--token", into.token, "What stands in --secret-file is a token (Authorization: Bearer)");
}

void settings(CLI::App& command, PeerOptions& into) {
  credentials(command, into);
  command.add_flag("--anonymous", into.anonymous, "Ask without name, password or token");
  command.add_option("--org", into.organisation, "Whose the objects are here; the CERT's own unless told")
      ->type_name("ORG");
  command.add_option("--tlp-default", into.tlp_default, "Marking of what bears none; AMBER+STRICT unless told")
      ->type_name("TLP");
  command.add_option("--tlp-max", into.tlp_max, "What is marked above is not taken; AMBER+STRICT unless told")
      ->type_name("TLP");
  command
      .add_option("--marking", into.markings,
                  "What a marking of theirs means that is none of TLP: marking-definition--...=green; * for none")
      ->type_name("ID=TLP")
      ->delimiter(',');
  command
      .add_option("--trust", into.trust,
                  "own: only objects that are new here or came from it; all: also newer versions of what is here from "
                  "elsewhere")
      ->check(CLI::IsMember({"own", "all"}))
      ->type_name("TRUST");
  command.add_option("--every", into.every_minutes, "So often it is read; 60 unless told")
      ->check(CLI::Range(std::int64_t{1}, engine::taxii::kEveryMinutesMost))
      ->type_name("MINUTES");
  command
      .add_option("--all-every", into.all_every_days,
                  "So often it is read from the beginning, for servers whose clock goes wrong; 7 unless told (0 but "
                  "for TAXII), 0: never")
      ->check(CLI::Range(std::int64_t{0}, engine::taxii::kAllEveryDaysMost))
      ->type_name("DAYS");
}

}  // namespace

void add_peer_commands(CLI::App& group, PeerOptions& into,
                       const std::function<void(CLI::App* command, const char* examples)>& common) {
  group.set_help_flag("-h,--help", "This text");
  group.require_subcommand(1);
  group.footer(
      "Examples:\n"
      "  tocsin peer look --data /srv/tocsin https://taxii.cert.example/taxii2/ --account us --secret-file pass\n"
      "  tocsin peer add --data /srv/tocsin 'CERT Example' https://taxii.cert.example/api/collections/4f1a.../ \\\n"
      "    --account us --secret-file pass\n"
      "  tocsin peer preview --data /srv/tocsin 'CERT Example'\n"
      "  tocsin peer start --data /srv/tocsin 'CERT Example'\n"
      "docs/taxii.md says how they are read.");
  using What = PeerOptions::What;
  const auto add = [&](const char* name, What what, const char* meaning, const char* examples) -> CLI::App& {
    auto* command = group.add_subcommand(name, meaning);
    // The callback proper belongs to what all commands have.
    command->preparse_callback([&into, what](std::size_t) { into.what = what; });
    common(command, examples);
    return *command;
  };
  const auto which = [&](CLI::App& command) -> CLI::App& {
    command.add_option("peer", into.peer, "Its name or number")->type_name("PEER")->required();
    return command;
  };
  add("list", What::list, "List the servers that are read here, and how they do",
      "  tocsin peer list --data /srv/tocsin");
  auto& looks = add("look", What::look, "List the collections of a TAXII server; nothing is kept",
                    "  tocsin peer look --data /srv/tocsin https://taxii.cert.example/taxii2/");
  looks.add_option("url", into.url, "Address of the server, an API root or a collection")->type_name("URL")->required();
  credentials(looks, into);
  auto& adds =
      add("add", What::add,
          "Add a collection, news, a MISP feed or a list that is to be read here; it begins with `peer start`",
          "  tocsin peer add --data /srv/tocsin 'CERT Example' https://taxii.cert.example/api/collections/4f1a/\n"
          "  tocsin peer add --data /srv/tocsin 'Bad hosts' https://lists.example/bad.csv --kind list");
  adds.add_option("name", into.name, "What it is called here")->type_name("NAME")->required();
  adds.add_option("url", into.url, "Address of the collection, the feed or the list")->type_name("URL")->required();
  adds.add_option(
          "--kind", into.kind,
          "taxii: a collection; news: Atom or RSS; misp: the folder of a MISP feed; list: indicators, one a line "
          "or CSV. taxii unless told")
      ->check(CLI::IsMember({"taxii", "news", "misp", "list"}))
      ->type_name("KIND");
  settings(adds, into);
  auto& changes = which(add("change", What::change, "Change how a server is read; what is not said stays",
                            "  tocsin peer change --data /srv/tocsin 'CERT Example' --tlp-max green"));
  changes.add_option("--name", into.name, "What it is called here")->type_name("NAME");
  changes.add_option("--url", into.url, "Address of the collection, the feed or the list")->type_name("URL");
  settings(changes, into);
  which(add("preview", What::preview, "Look at the first pages of it; nothing is kept",
            "  tocsin peer preview --data /srv/tocsin 'CERT Example'"));
  which(add("start", What::start, "Read it by schedule, from now on",
            "  tocsin peer start --data /srv/tocsin 'CERT Example'"));
  which(add("pause", What::pause, "Do not read it any more, for the time being",
            "  tocsin peer pause --data /srv/tocsin 'CERT Example'"));
  which(add("read", What::read, "Read it now, until nothing is new",
            "  tocsin peer read --data /srv/tocsin 'CERT Example'"));
  which(add("remove", What::remove, "Forget it; what came from it stays",
            "  tocsin peer remove --data /srv/tocsin 'CERT Example'"));
}

}  // namespace tocsin::cli
