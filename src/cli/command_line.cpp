#include "cli/command_line.hpp"

#include <iostream>

#include <CLI/CLI.hpp>

#include "base/text.hpp"
#include "cli/document_options.hpp"
#include "cli/output.hpp"
#include "cli/plain_check.hpp"
#include "engine/search/query.hpp"
#include "engine/search/search.hpp"

namespace tocsin::cli {
namespace {

std::vector<std::string> sort_names() {
  std::vector<std::string> names;
  for (const auto sort : engine::search::all_sorts()) names.emplace_back(engine::search::to_string(sort));
  return names;
}

/// Before a search word that would look like an option; no shell user types this byte.
constexpr char kWordMark = '\x1a';

constexpr const char* kTopFooter =
    "First steps:\n"
    "  tocsin serve --data var --demo                 a portal with invented advisories\n"
    "  tocsin init --data /srv/tocsin                 an installation of your own\n"
    "  tocsin import --data /srv/tocsin feed.tar.zst  advisories into it\n"
    "\n"
    "Every option is also an environment variable (TOCSIN_DATA, TOCSIN_FORMAT, ...). `tocsin COMMAND --help` says "
    "more.\n"
    "Exit codes: 0 good, 1 the input or the check failed, 2 the command line is wrong.";

class Builder {
 public:
  struct CommandRow {
    const char* name;
    const char* meaning;
    void (Builder::*build)(const char* meaning);
  };
  static const std::span<const CommandRow> kCommands;

  Builder(CommandLine& into, std::string_view chosen) : into_(into) {
    app_.description("Tocsin: the portal software of an industrial CERT.");
    app_.footer(kTopFooter);
    app_.name("tocsin");
    app_.require_subcommand(1);
    app_.fallthrough(false);
    app_.set_help_flag("-h,--help", "This text");
    app_.set_version_flag("-V,--version", "tocsin " TOCSIN_VERSION);
    app_.get_formatter()->column_width(34);
    app_.failure_message([](const CLI::App*, const CLI::Error& error) {
      return fmt::format("tocsin: {}\nRun with --help for more information.\n", error.what());
    });
    // Only the command that is asked for gets its options: the library would fill those of every other command from the
    // environment too, over what the command line says.
    for (const auto& each : kCommands) {
      if (each.name == chosen) {
        (this->*each.build)(each.meaning);
      } else {
        app_.add_subcommand(each.name, each.meaning);
      }
    }
  }

  ParsedCommandLine parse(std::vector<std::string> arguments) {
    std::ranges::reverse(arguments);
    try {
      app_.parse(arguments);
    } catch (const CLI::ParseError& error) {
      return {.command_line = {}, .exit_code = app_.exit(error, std::cout, std::cerr) == 0 ? kGood : kUsage};
    }
    into_.location.flags = settings_;
    for (std::size_t i = 0; i < words_.size(); ++i) into_.words += (i == 0 ? "" : " ") + word(words_[i]);
    into_.json = format_ == "json";
    into_.sarif = format_ == "sarif";
    return {.command_line = std::move(into_), .exit_code = kGood};
  }

 private:
  /// The shell has eaten the quotes around vendor:"Schneider Electric"; a lone phrase with blanks was quoted as well,
  /// and is meant as typed: several words.
  static std::string word(std::string typed) {
    if (typed.starts_with(kWordMark)) typed.erase(0, 1);
    const auto colon = typed.find(':');
    const bool blank = typed.find(' ') != std::string::npos;
    const bool filter = colon != std::string::npos && typed.find(' ') > colon;
    if (!blank || !filter || typed.find('"') != std::string::npos || words_after_filter(typed)) return typed;
    return typed.substr(0, colon + 1) + "\"" + typed.substr(colon + 1) + "\"";
  }
  /// "vendor:abb cvss>=9" in one argument: a whole query, not one value.
  static bool words_after_filter(const std::string& typed) {
    const auto rest = std::string_view{typed}.substr(typed.find(' '));
    return rest.find_first_of(":<>=") != std::string_view::npos;
  }

  CLI::App* command(const char* name, Command command, const char* meaning, const char* examples) {
    auto* sub = app_.add_subcommand(name, meaning);
    return prepared(sub, command, examples);
  }
  CLI::App* prepared(CLI::App* sub, Command command, const char* examples) {
    sub->set_help_flag("-h,--help", "This text");
    sub->footer(std::string{"Examples:\n"} + examples);
    sub->callback([this, command] { into_.command = command; });
    // So that its options are settled when it is read: else the environment would set those of its neighbours as well,
    // which lead to the same places.
    sub->parse_complete_callback([] {});
    return sub;
  }
  void data(CLI::App* sub) {
    sub->add_option("--data", into_.location.folder, "The data folder (tocsin.toml and the embedded database)")
        ->type_name("DIR")
        ->envname("TOCSIN_DATA")
        ->required();
    setting(sub, "--database", "database", "URL", "postgresql://user@host/db or a file, instead of tocsin.toml's");
  }
  void format(CLI::App* sub) {
    sub->add_option("--format", format_, "Output: text, or json (one JSON object a line)")
        ->check(plain(CLI::IsMember({"text", "json"})))
        ->type_name("text|json")
        ->envname("TOCSIN_FORMAT");
  }
  void texts(CLI::App* sub, const char* names, const char* meaning) {
    sub->add_option("texts", into_.texts, meaning)->type_name(names)->required();
  }
  void quiet(CLI::App* sub) {
    sub->add_flag("-q,--quiet", into_.quiet, "No progress and no list, only what went wrong")->envname("TOCSIN_QUIET");
  }
  /// An option that overrides a setting; its environment variable is the setting's.
  void setting(CLI::App* sub, const char* option, const char* name, const char* type, const std::string& meaning) {
    sub->add_option_function<std::string>(
           option, [this, name](const std::string& value) { settings_[name] = value; },
           fmt::format("{} (Env:{})", meaning, environment_name(name)))
        ->type_name(type);
  }

  void init(const char* meaning) {
    auto* sub = command("init", Command::init, meaning,
                        "  tocsin init --data /srv/tocsin\n"
                        "  tocsin init --data /srv/tocsin --database postgresql://tocsin@db.example/tocsin\n"
                        "Running it again changes nothing.");
    data(sub);
    sub->add_option("--name", into_.name, "Name of the portal and of the organisation that runs it")
        ->type_name("NAME")
        ->envname("TOCSIN_NAME");
    sub->add_option("--admin-email", into_.admin_email, "Mail address of the first administrator")
        ->type_name("ADDRESS");
    sub->add_option("--admin-name", into_.admin_name, "The administrator's name")->type_name("NAME");
    format(sub);
  }
  void serve(const char* meaning) {
    auto* sub =
        command("serve", Command::serve, meaning,
                "  tocsin serve --data var --demo\n"
                "  tocsin serve --data /srv/tocsin --listen 0.0.0.0:443 --tls-cert chain.pem --tls-key key.pem\n"
                "Stops on SIGTERM or Ctrl-C after finishing what it began. An empty or missing folder is "
                "initialised with --demo.");
    data(sub);
    setting(sub, "--listen", "listen", "ADDR:PORT", "Where to listen; 127.0.0.1:8080 unless told");
    setting(sub, "--tls-cert", "tls_cert", "FILE", "PEM certificate chain, for HTTPS");
    setting(sub, "--tls-key", "tls_key", "FILE", "PEM private key");
    setting(sub, "--public-url", "public_url", "URL", "How readers reach the portal");
    setting(sub, "--log-level", "log_level", "LEVEL", "debug, info, warn, error or off");
    setting(sub, "--access-log", "access_log", "BOOL", "Log each request");
    sub->add_flag("--demo", into_.demo, "Import invented advisories, so that every page has something to show")
        ->envname("TOCSIN_DEMO");
  }
  void import(const char* meaning) {
    auto* sub =
        command("import", Command::import, meaning,
                "  tocsin import --data /srv/tocsin advisory.json feed/ archive.tar.zst\n"
                "  curl -s https://example.com/a.json | tocsin import --data /srv/tocsin -\n"
                "Archives: .tar, .tar.gz, .tar.zst, .zip; what a file is shows in its content. Documents may be "
                "compressed (.json.gz, .csv.zst), in folders and archives, too. One bad document never spoils the "
                "others; exit 1 if any was rejected. Importing again changes nothing.\n"
                "Of a file of STIX each object is taken by itself (docs/stix.md); events of MISP, feeds of news "
                "(Atom, RSS) and lists of indicators (one a line, or CSV) become STIX (docs/stix.md, docs/misp.md).");
    data(sub);
    sub->add_option("paths", into_.paths, "Files, folders, archives, or - for standard input")
        ->type_name("PATH")
        ->required();
    setting(sub, "--default-tlp", "import.default_tlp", "LABEL",
            "For documents without a TLP label; AMBER+STRICT unless told");
    sub->add_flag("--again", into_.again, "Also documents that were removed here")->envname("TOCSIN_AGAIN");
    quiet(sub);
    format(sub);
  }
  void search(const char* meaning) {
    std::string filters;
    for (const auto& each : engine::search::filter_help()) {
      filters += fmt::format("  {:<36} {}\n", each.example, each.meaning);
    }
    auto* sub =
        command("search", Command::search, meaning,
                "  tocsin search --data var siemens s7-1500\n"
                "  tocsin search --data var 'vendor:\"Schneider Electric\" cvss>=9 published:2021..2022 -rejected'\n"
                "  tocsin search --data var --format json sector:energy has:fix\n");
    sub->footer(sub->get_footer() + (filters.empty() ? "" : "\nFilters:\n" + filters));
    data(sub);
    sub->add_option("words", words_, "Words, phrases and filters; none lists everything")->type_name("WORD");
    sub->add_option("--limit", into_.limit, "Most results shown")
        ->check(plain(CLI::Range(1, 200)))
        ->type_name("1..200")
        ->envname("TOCSIN_LIMIT")
        ->capture_default_str();
    sub->add_option("--sort", into_.sort, "Order of the results")
        ->check(plain(CLI::IsMember(sort_names())))
        ->type_name("updated|severity|title|...")
        ->envname("TOCSIN_SORT")
        ->capture_default_str();
    sub->add_option("--cursor", into_.cursor, "Where the last page ended")
        ->type_name("CURSOR")
        ->envname("TOCSIN_CURSOR");
    as_public(sub);
    format(sub);
  }
  void as_public(CLI::App* sub) {
    sub->add_flag("--public", into_.as_public, "Only what an anonymous reader of the portal would find")
        ->envname("TOCSIN_PUBLIC");
  }
  void show(const char* meaning) {
    auto* sub = command("show", Command::show, meaning,
                        "  tocsin show --data var ICSA-22-130-01\n"
                        "  tocsin show --data var ICSA-22-130-01 --revision 1\n"
                        "  tocsin show --data var ICSA-22-130-01 --raw > icsa-22-130-01.json");
    data(sub);
    sub->add_option("id", into_.id, "The advisory's id, in any case")->type_name("ID")->required();
    sub->add_option("--revision", into_.revision, "A tracking version other than the newest")
        ->type_name("VERSION")
        ->envname("TOCSIN_REVISION");
    sub->add_flag("--raw", into_.raw, "The document, byte for byte as it was received")->envname("TOCSIN_RAW");
    as_public(sub);
    format(sub);
  }
  void validate(const char* meaning) {
    auto* sub = command("validate", Command::validate, meaning, kValidateExamples);
    add_validate_options(*sub, into_);
    quiet(sub);
    sub->add_option("--format", format_, "Output: text, json (one JSON object a line), or sarif (one SARIF 2.1.0 log)")
        ->check(plain(CLI::IsMember({"text", "json", "sarif"})))
        ->type_name("text|json|sarif")
        ->envname("TOCSIN_FORMAT");
  }
  void diff(const char* meaning) {
    auto* sub = command("diff", Command::diff, meaning,
                        "  tocsin diff advisory-v1.json advisory-v2.json\n"
                        "  tocsin diff --format json v1.json v2.json | jq .matters_to_owners\n"
                        "By meaning: what only moved within the document, or got another product id, is no change. "
                        "Exit 0 whether there are changes or not.");
    sub->add_option("paths", into_.paths, "The earlier document and the later one")
        ->type_name("BEFORE AFTER")
        ->expected(2)
        ->required();
    format(sub);
  }
  void cvss(const char* meaning) {
    auto* sub = command("cvss", Command::cvss, meaning,
                        "  tocsin cvss CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\n"
                        "  tocsin cvss --format json < vectors.txt\n"
                        "Versions 2.0, 3.0, 3.1 and 4.0. Needs no data folder. Exit 1 if any vector is not valid.");
    sub->add_option("vectors", into_.vectors, "Vectors; none or -: one a line from standard input")
        ->type_name("VECTOR");
    format(sub);
  }
  void purl(const char* meaning) {
    auto* sub =
        command("purl", Command::purl, meaning,
                "  tocsin purl pkg:npm/%40angular/animation@12.3.1\n"
                "  tocsin purl - < purls.txt\n"
                "One JSON object a line, with the canonical form and the parts; absent parts are null. Needs no "
                "data folder. Exit 1 if any is not valid.");
    texts(sub, "TEXT", "The package URL; -: one a line from standard input");
  }
  void vers(const char* meaning) {
    auto* group = app_.add_subcommand("vers", meaning);
    group->set_help_flag("-h,--help", "This text");
    group->require_subcommand(1);
    group->footer(
        "Examples:\n  tocsin vers compare semver 1.2.0 1.10.0\n"
        "  tocsin vers contains 'vers:npm/>=1.0.0|<2.0.0' 1.5.0\n"
        "Instead of arguments, - reads lines of them from standard input, separated by tabs, and answers line by line, "
        "with "
        "'error: ...' for bad ones. Needs no data folder. Exit 1 if any line or argument is not valid.");
    const auto add = [&](const char* name, Command what, const char* does, const char* names, const char* example) {
      auto* sub = prepared(group->add_subcommand(name, does), what, example);
      texts(sub, names, "Or -: one set a line, separated by tabs, from standard input");
      return sub;
    };
    add("compare", Command::vers_compare, "Print <, = or > for two versions of a scheme", "SCHEME A B",
        "  tocsin vers compare pypi 1.0rc1 1.0");
    add("contains", Command::vers_contains, "Print true or false: is a version in a range?", "RANGE VERSION",
        "  tocsin vers contains 'vers:intdot/>=1.2|<2.0' 1.10");
    add("canonical", Command::vers_canonical, "Print the canonical form of a range", "RANGE",
        "  tocsin vers canonical 'vers:npm/<2.0.0|>=1.0.0'");
    add("from-native", Command::vers_from_native, "Turn a range as its ecosystem writes it into vers", "SCHEME TEXT",
        "  tocsin vers from-native npm '^1.2.3 || ~2.0'");
    auto* affected =
        add("affected", Command::vers_affected,
            "Tell from a vendor's own words whether a version is affected: yes, no, or ask: QUESTION", "TEXT VERSION",
            "  tocsin vers affected --branch product_version_range 'All versions < V9.1 SP2' 'V9.1 SP1'\n"
            "Lines from standard input have four columns: branch category, product, text, version.");
    affected->add_option("--branch", into_.branch, "Category of the CSAF branch that holds the text")
        ->type_name("CATEGORY")
        ->envname("TOCSIN_BRANCH")
        ->capture_default_str();
    affected->add_option("--product", into_.product, "Name of the product that the text belongs to")
        ->type_name("NAME")
        ->envname("TOCSIN_PRODUCT");
  }
  void convert(const char* meaning) {
    auto* sub = command("convert", Command::convert, meaning, kConvertExamples);
    add_convert_options(*sub, into_);
    format(sub);
  }
  void changed_document(CLI::App* sub) {
    sub->add_option("path", into_.paths, "The document, or - for standard input")
        ->type_name("PATH")
        ->expected(1)
        ->required();
    sub->add_flag("--keep-invalid", into_.keep_invalid, "Print the result even where it is not valid");
    format(sub);
  }
  void withdraw(const char* meaning) {
    auto* sub = command("withdraw", Command::withdraw, meaning, kWithdrawExamples);
    add_withdraw_options(*sub, into_.change);
    changed_document(sub);
  }
  void supersede(const char* meaning) {
    auto* sub = command("supersede", Command::supersede, meaning, kSupersedeExamples);
    add_supersede_options(*sub, into_.change);
    changed_document(sub);
  }
  void modify(const char* meaning) {
    auto* sub = command("modify", Command::modify, meaning, kModifyExamples);
    add_modify_options(*sub, into_.change);
    changed_document(sub);
  }
  void translate(const char* meaning) {
    auto* sub = command("translate", Command::translate, meaning, kTranslateExamples);
    add_translate_options(*sub, into_.change);
    changed_document(sub);
  }
  void update_ids(const char* meaning) {
    auto* sub = command("update-ids", Command::update_ids, meaning, kUpdateIdsExamples);
    add_update_ids_options(*sub, into_.change);
    changed_document(sub);
  }
  void backup(const char* meaning) {
    auto* sub = command("backup", Command::backup, meaning,
                        "  tocsin backup --data /srv/tocsin /backup/tocsin-2026-01-31.tar.zst\n"
                        "  tocsin backup --verify /backup/tocsin-2026-01-31.tar.zst\n"
                        "The file holds every document, also restricted ones; only its owner may read it.");
    sub->add_option("--data", into_.location.folder, "The data folder")->type_name("DIR")->envname("TOCSIN_DATA");
    setting(sub, "--database", "database", "URL", "postgresql://user@host/db or a file, instead of tocsin.toml's");
    sub->add_option("file", into_.paths, "The backup; never overwritten")->type_name("FILE")->required()->expected(1);
    sub->add_flag("--verify", into_.verify, "Only check a backup: every part against its SHA-512")
        ->envname("TOCSIN_VERIFY");
    quiet(sub);
    format(sub);
    sub->callback([this] {
      into_.command = Command::backup;
      if (into_.location.folder.empty() && !into_.verify) throw CLI::RequiredError("--data");
    });
  }
  void restore(const char* meaning) {
    auto* sub =
        command("restore", Command::restore, meaning,
                "  tocsin restore --data /srv/new /backup/tocsin-2026-01-31.tar.zst\n"
                "  tocsin restore --data /srv/new --database postgresql://tocsin@db.example/new backup.tar.zst\n"
                "The folder is initialised when it is new. A backup of SQLite restores into PostgreSQL and back.");
    data(sub);
    sub->add_option("file", into_.paths, "The backup")->type_name("FILE")->required()->expected(1);
    quiet(sub);
    format(sub);
  }
  void doctor(const char* meaning) {
    auto* sub =
        command("doctor", Command::doctor, meaning, "  tocsin doctor --data /srv/tocsin\nExit 1 if any check failed.");
    data(sub);
    format(sub);
  }
  void reindex(const char* meaning) {
    auto* sub =
        command("reindex", Command::reindex, meaning,
                "  tocsin reindex --data /srv/tocsin\nDocuments are never touched. Readers find less while it runs.");
    data(sub);
    quiet(sub);
    format(sub);
  }
  PrepareCommand for_members() {
    return [this](CLI::App* sub, const char* examples) {
      data(prepared(sub, Command::members, examples));
      format(sub);
    };
  }
  void org(const char* meaning) {
    add_org_commands(*app_.add_subcommand("org", meaning), into_.members, for_members());
  }
  void user(const char* meaning) {
    add_user_commands(*app_.add_subcommand("user", meaning), into_.members, for_members());
  }
  void token(const char* meaning) {
    add_token_commands(*app_.add_subcommand("token", meaning), into_.members, for_members());
  }
  void community(const char* meaning) {
    add_community_commands(*app_.add_subcommand("community", meaning), into_.members, for_members());
  }
  void match(const char* meaning) {
    auto* sub = command("match", Command::match, meaning, kMatchExamples);
    quiet(sub);
    add_match_options(*sub, into_.match);
  }
  void status(const char* meaning) {
    auto* sub = command("status", Command::status, meaning, kStatusExamples);
    // Not required: with --advisories there is none.
    sub->add_option("--data", into_.location.folder, "The data folder (tocsin.toml and the embedded database)")
        ->type_name("DIR")
        ->envname("TOCSIN_DATA");
    setting(sub, "--database", "database", "URL", "postgresql://user@host/db or a file, instead of tocsin.toml's");
    as_public(sub);
    quiet(sub);
    add_status_options(*sub, into_.status);
  }
  void bundle(const char* meaning) {
    add_bundle_commands(*app_.add_subcommand("bundle", meaning), into_.bundle,
                        [this](auto* sub, const char* examples, bool database) {
                          prepared(sub, Command::bundle, examples);
                          if (database) data(sub);
                          format(sub);
                        });
  }
  void share(const char* meaning) {
    auto* sub = command("share", Command::share, meaning, kShareExamples);
    data(sub);
    sub->add_option("id", into_.id, "The advisory's id, in any case")->type_name("ID")->required();
    add_share_options(*sub, into_.share);
    format(sub);
  }
  void comment(const char* meaning) {
    add_comment_commands(*app_.add_subcommand("comment", meaning), into_.manage, into_.id, for_manage());
  }
  void remove(const char* meaning) {
    add_remove_options(*app_.add_subcommand("remove", meaning), into_.manage, into_.id, for_manage());
  }
  PrepareCommand for_manage() {
    return [this](CLI::App* sub, const char* examples) {
      data(prepared(sub, Command::manage, examples));
      format(sub);
    };
  }
  void site(const char* meaning) {
    add_site_commands(*app_.add_subcommand("site", meaning), into_.site,
                      [this](CLI::App* sub, bool sets, const char* examples) {
                        data(prepared(sub, sets ? Command::site_set : Command::site_show, examples));
                        format(sub);
                      });
  }
  void audit(const char* meaning) {
    add_audit_commands(*app_.add_subcommand("audit", meaning), into_.audit, [this](auto* sub, const char* examples) {
      data(prepared(sub, Command::audit, examples));
      format(sub);
    });
  }
  void mail(const char* meaning) {
    add_mail_commands(*app_.add_subcommand("mail", meaning), into_.mail, [this](auto* sub, const char* examples) {
      data(prepared(sub, Command::mail, examples));
      format(sub);
    });
  }
  void webhook(const char* meaning) {
    add_webhook_commands(*app_.add_subcommand("webhook", meaning), into_.webhook,
                         [this](auto* sub, const char* examples) {
                           data(prepared(sub, Command::webhook, examples));
                           format(sub);
                         });
  }
  void taxii(const char* meaning) {
    add_taxii_commands(*app_.add_subcommand("taxii", meaning), into_.taxii, [this](auto* sub, const char* examples) {
      data(prepared(sub, Command::taxii, examples));
      format(sub);
    });
  }
  void peer(const char* meaning) {
    add_peer_commands(*app_.add_subcommand("peer", meaning), into_.peer, [this](auto* sub, const char* examples) {
      data(prepared(sub, Command::peer, examples));
      format(sub);
    });
  }
  void correlate(const char* meaning) {
    auto* sub = command("correlate", Command::correlate, meaning,
                        "  tocsin correlate --data var 198.51.100.7\n"
                        "  tocsin correlate --data var 'hxxps://pump[.]example/x'\n"
                        "  tocsin correlate --data var --kind name --format json 'grey heron'");
    data(sub);
    sub->add_option("value", into_.correlate.value, "An address, a hash, a file, a name, as it is or made harmless")
        ->type_name("VALUE")
        ->required();
    sub->add_option("--kind", into_.correlate.kind, "What it is, where its form does not say so")->type_name("KIND");
    sub->add_option("--limit", into_.limit, "Most objects shown")
        ->check(plain(CLI::Range(1, 200)))
        ->type_name("1..200")
        ->capture_default_str();
    as_public(sub);
    format(sub);
  }
  void extract(const char* meaning) {
    auto* sub = command("extract", Command::extract, meaning,
                        "  tocsin extract report.pdf mail.eml\n"
                        "  tocsin extract --as mail - < mail\n"
                        "  tocsin extract --format json report.md\n"
                        "  tocsin extract --known-good warninglists/ report.md");
    sub->add_option("--data", into_.location.folder, "The data folder, whose known-good/ is asked; none is needed")
        ->type_name("DIR")
        ->envname("TOCSIN_DATA");
    sub->add_option("file", into_.extract.files, "A mail, a PDF, HTML, Markdown or a text; - is standard input")
        ->type_name("FILE...")
        ->required();
    sub->add_option("--as", into_.extract.format, "What they are, where their bytes and names do not say it")
        ->check(plain(CLI::IsMember({"text", "markdown", "html", "mail", "pdf"})))
        ->type_name("text|markdown|html|mail|pdf");
    sub->add_option("--known-good", into_.extract.known_good,
                    "Lists of what is known to be good, a file or a folder, instead of the data folder's known-good/")
        ->type_name("PATH");
    format(sub);
  }
  void attack(const char* meaning) {
    add_attack_commands(*app_.add_subcommand("attack", meaning), into_.attack,
                        [this](auto* sub, const char* examples, bool stored) {
                          prepared(sub, Command::attack, examples);
                          if (stored) {
                            data(sub);
                            as_public(sub);
                          }
                          format(sub);
                        });
  }
  void notify(const char* meaning) {
    add_notify_commands(*app_.add_subcommand("notify", meaning), into_.notify, [this](auto* sub, const char* examples) {
      data(prepared(sub, Command::notify, examples));
      format(sub);
    });
  }
  void approval(const char* meaning) {
    add_approval_commands(*app_.add_subcommand("approval", meaning), into_.approval,
                          [this](auto* sub, const char* examples) {
                            data(prepared(sub, Command::approval, examples));
                            format(sub);
                          });
  }
  void cases(const char* meaning) {
    add_case_commands(*app_.add_subcommand("case", meaning), into_.cases, [this](auto* sub, const char* examples) {
      data(prepared(sub, Command::cases, examples));
      format(sub);
    });
  }
  void inventory(const char* meaning) {
    add_inventory_commands(*app_.add_subcommand("inventory", meaning), into_.inventory, for_inventory());
  }
  void exposure(const char* meaning) {
    add_exposure_commands(*app_.add_subcommand("exposure", meaning), into_.inventory, for_inventory());
  }
  void decision(const char* meaning) {
    add_decision_commands(*app_.add_subcommand("decision", meaning), into_.inventory, for_inventory());
  }
  CommonOptions for_inventory() {
    return [this](CLI::App* sub, const char* examples) {
      data(prepared(sub, Command::inventory, examples));
      format(sub);
    };
  }
  void config(const char* meaning) {
    auto* group = app_.add_subcommand("config", meaning);
    group->set_help_flag("-h,--help", "This text");
    group->require_subcommand(1);
    group->footer("Examples:\n  tocsin config check --data /srv/tocsin\n  tocsin config doc > docs/settings.md");
    auto* check =
        prepared(group->add_subcommand("check", "Show every effective setting and where it comes from"),
                 Command::config_check, "  tocsin config check --data /srv/tocsin\nExit 1 if a setting is wrong.");
    data(check);
    format(check);
    prepared(group->add_subcommand("doc", "Print the table of all settings as Markdown"), Command::config_doc,
             "  tocsin config doc > docs/settings.md");
  }
  void version(const char* meaning) { format(command("version", Command::version, meaning, "  tocsin version")); }

  CommandLine& into_;
  CLI::App app_;
  std::map<std::string, std::string> settings_;
  std::vector<std::string> words_;
  std::string format_ = "text";
};

const std::span<const Builder::CommandRow> Builder::kCommands = [] {
  static const CommandRow rows[] = {
      {"init", "Create a data folder with settings and an empty database", &Builder::init},
      {"serve", "Serve the portal, API and feeds over HTTP", &Builder::serve},
      {"import", "Import advisories and STIX: files, folders, archives, standard input", &Builder::import},
      {"search", "Search the advisories", &Builder::search},
      {"show", "Show one advisory", &Builder::show},
      {"validate", "Validate CSAF 2.0 and 2.1 documents, and STIX", &Builder::validate},
      {"match", "Match an inventory against advisories, offline", &Builder::match},
      {"status", "Tell what was known of a product on a day, and what since", &Builder::status},
      {"bundle", "Carry advisories and evidence over a one-way link, signed", &Builder::bundle},
      {"inventory", "What organisations have in their plants: import, list, export", &Builder::inventory},
      {"exposure", "What advisories mean for inventories: list, report, find anew", &Builder::exposure},
      {"decision", "By which table it is decided what to do about it: show, set, history", &Builder::decision},
      {"diff", "Tell what changed between two CSAF documents", &Builder::diff},
      {"cvss", "Score and explain CVSS vectors", &Builder::cvss},
      {"vers", "Compare versions, read ranges of them, also in vendors' own words", &Builder::vers},
      {"purl", "Take package URLs apart", &Builder::purl},
      {"convert", "Convert a CSAF document to another version or format", &Builder::convert},
      {"withdraw", "Withdraw a CSAF document", &Builder::withdraw},
      {"supersede", "Mark a CSAF document as superseded by another", &Builder::supersede},
      {"modify", "Make a new revision of a CSAF document, or one's own version of it", &Builder::modify},
      {"translate", "Make a translation of a CSAF document from translated texts", &Builder::translate},
      {"update-ids", "Bring ids of vulnerabilities to the names and forms of their registry", &Builder::update_ids},
      {"backup", "Write a consistent copy of everything, also while serving", &Builder::backup},
      {"restore", "Fill a new installation from a backup, after verifying it", &Builder::restore},
      {"doctor", "Check an installation and say how to mend it", &Builder::doctor},
      {"reindex", "Derive search index and tables anew from the documents", &Builder::reindex},
      {"org", "Organisations: enter, vet, change, suspend them", &Builder::org},
      {"user", "People: invite them, set roles, suspend, erase, export", &Builder::user},
      {"token", "Tokens: what programs act with", &Builder::token},
      {"community", "Communities: who shares with whom", &Builder::community},
      {"case", "Cases: work that several parties share, and who takes part", &Builder::cases},
      {"share", "Say who sees an advisory and why, and change it", &Builder::share},
      {"comment", "Comments on an advisory: list, add, remove them", &Builder::comment},
      {"remove", "Remove an advisory for good", &Builder::remove},
      {"site", "Show and set what the portal is called and looks like", &Builder::site},
      {"audit", "Read, verify, sign and prune the log of what was done", &Builder::audit},
      {"mail", "See what waits to be mailed, try it again, send a test mail", &Builder::mail},
      {"webhook", "Tell programs what is new: make, test, replay, see deliveries", &Builder::webhook},
      {"taxii", "TAXII collections: views of the threat knowledge for other programs", &Builder::taxii},
      {"peer", "Other TAXII servers that are read here: add, look, preview, start, see how they do", &Builder::peer},
      {"attack", "MITRE ATT&CK: show objects, print layers, tell what changed between releases", &Builder::attack},
      {"correlate", "Show which STIX objects have a value", &Builder::correlate},
      {"extract", "Find indicators, vulnerabilities and techniques in files", &Builder::extract},
      {"notify", "What people subscribed to, and what they were told", &Builder::notify},
      {"approval", "Acts that wait for a second person: see, approve, reject them", &Builder::approval},
      {"config", "Check or document the settings", &Builder::config},
      {"version", "Print the version", &Builder::version},
  };
  return std::span<const CommandRow>{rows};
}();

/// A command that does not exist, with the one that was meant.
std::optional<std::string> unknown_command(std::span<const std::string> arguments) {
  if (arguments.empty() || arguments[0].starts_with('-')) return std::nullopt;
  const auto& typed = arguments[0];
  std::string_view best;
  int best_distance = 3;
  for (const auto& each : Builder::kCommands) {
    if (typed == each.name) return std::nullopt;
    const int distance = text::edit_distance(typed, each.name, 2);
    if (distance < best_distance) {
      best_distance = distance;
      best = each.name;
    }
  }
  return best.empty() ? fmt::format("There is no command '{}'; tocsin --help lists them", typed)
                      : fmt::format("There is no command '{}': did you mean {}?", typed, best);
}

}  // namespace

std::vector<std::string> with_words_marked(std::span<const std::string> arguments) {
  std::vector<std::string> all{arguments.begin(), arguments.end()};
  if (all.empty() || all[0] != "search") return all;
  std::vector<std::string> marked{all[0]};
  bool words_only = false;
  for (std::size_t i = 1; i < all.size(); ++i) {
    const auto& each = all[i];
    const auto& before = all[i - 1];
    if (!words_only && each == "--") {
      words_only = true;
      continue;
    }
    const bool is_value =
        before.starts_with("--") && before.find('=') == std::string::npos && before != "--public" && before != "--help";
    const bool negated = each.size() > 2 && each[0] == '-' && each[1] != '-' && !is_value;
    marked.push_back(words_only || negated ? kWordMark + each : each);
  }
  return marked;
}

ParsedCommandLine parse_command_line(std::span<const std::string> arguments) {
  if (const auto complaint = unknown_command(arguments)) {
    complain(*complaint);
    return {.command_line = {}, .exit_code = kUsage};
  }
  CommandLine command_line;
  Builder builder{command_line, arguments.empty() ? std::string_view{} : std::string_view{arguments[0]}};
  auto parsed = builder.parse(with_words_marked(arguments));
  std::cout.flush();
  return parsed;
}

}  // namespace tocsin::cli
