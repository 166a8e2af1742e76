#include "cli/inventory_options.hpp"

#include <CLI/CLI.hpp>

namespace tocsin::cli {
namespace {

using What = InventoryOptions::What;

CLI::App& add(CLI::App& group, InventoryOptions& into, const CommonOptions& common, What what, const char* name,
              const char* meaning, const char* examples) {
  auto* command = group.add_subcommand(name, meaning);
  // The callback proper belongs to what all commands have.
  command->preparse_callback([&into, what](std::size_t) { into.what = what; });
  common(command, examples);
  return *command;
}

void add_organisation(CLI::App& command, InventoryOptions& into) {
  command.add_option("--organisation", into.organisation, "Whose inventory: number or name; else the CERT's own")
      ->type_name("ORGANISATION");
}

void begin(CLI::App& group, const char* footer) {
  group.set_help_flag("-h,--help", "This text");
  group.require_subcommand(1);
  group.footer(footer);
}

}  // namespace

void add_inventory_commands(CLI::App& group, InventoryOptions& into, const CommonOptions& common) {
  begin(group,
        "What organisations have in their plants. Only its own organisation sees an inventory, and whoever can open "
        "the data folder; what is done here is in the audit log.");
  auto& import = add(group, into, common, What::import, "import", "Import a table, or say what that would change",
                     "  tocsin inventory import plant.csv --organisation 'Water works' --dry-run\n"
                     "  tocsin inventory import plant.csv --organisation 2 --column 'Typ=model' --keep-good-rows\n"
                     "Exit 1, and nothing imported, where rows have errors.");
  import.add_option("file", into.file, "The table (CSV), or - for standard input")->type_name("FILE")->required();
  add_organisation(import, into);
  import.add_option("--column", into.columns, "What a column says, where its name is not understood")
      ->type_name("HEADER=FIELD")
      ->allow_extra_args(false);
  import.add_option("--bom", into.bom_name, "What to call a bill of materials; else as it says itself")
      ->type_name("NAME");
  import.add_flag("--dry-run", into.dry_run, "Change nothing");
  import.add_flag("--keep-good-rows", into.keep_good_rows, "Leave rows with errors out");
  import.add_flag("--remove-missing", into.remove_missing, "Remove assets that are not in the file");
  auto& list = add(group, into, common, What::list, "list", "List assets",
                   "  tocsin inventory list --organisation 2\n  tocsin inventory list hw-710 --organisation 2");
  list.add_option("words", into.words, "Only assets with these words")->type_name("WORDS");
  add_organisation(list, into);
  add_organisation(add(group, into, common, What::bom_list, "boms", "List bills of materials",
                       "  tocsin inventory boms --organisation 2"),
                   into);
  auto& exported = add(group, into, common, What::exported, "export", "Write the inventory as CSV, XLSX or CycloneDX",
                       "  tocsin inventory export --organisation 2 > plant.csv\n"
                       "  tocsin inventory export --organisation 2 --format xlsx > plant.xlsx\n"
                       "  tocsin inventory export --organisation 2 --format cyclonedx > plant.cdx.json\n"
                       "Read back, it gives the same assets.");
  add_organisation(exported, into);
  // Instead of text and json, which the others write.
  if (auto* others = exported.get_option_no_throw("--format"); others != nullptr) exported.remove_option(others);
  exported.add_option("--format", into.export_format, "csv, xlsx or cyclonedx (1.6, JSON)")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"csv", "xlsx", "cyclonedx"}))
      ->capture_default_str();
}

void add_exposure_commands(CLI::App& group, InventoryOptions& into, const CommonOptions& common) {
  begin(group, "What the advisories mean for inventories. A server that runs does 'exposure run' by itself.");
  auto& list = add(group, into, common, What::exposure_list, "list", "List what wants attention",
                   "  tocsin exposure list --organisation 2\n"
                   "  tocsin exposure list --organisation 2 --decision act_now --sort due\n"
                   "As the organisation's members see it. Exit 1 when something is affected and not remediated.");
  add_organisation(list, into);
  list.add_flag("--all", into.all, "Also what is done, accepted, fixed or not affected");
  auto& report =
      add(group, into, common, What::exposure_report, "report",
          "Write a report for the plant manager: figures, worklist, what changed",
          "  tocsin exposure report --organisation 2 > report.pdf\n"
          "  tocsin exposure report --organisation 2 --format csv --site 'Pumping station 3' > worklist.csv\n"
          "  tocsin exposure report --organisation 2 --format json --since 2027-05-01\n"
          "As the organisation's members see it; days are those of the site's time zone. In the audit log.");
  add_organisation(report, into);
  // Instead of text and json, which the others write.
  if (auto* others = report.get_option_no_throw("--format"); others != nullptr) report.remove_option(others);
  report.add_option("--format", into.format, "pdf, xlsx, csv or json")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"pdf", "xlsx", "csv", "json"}))
      ->capture_default_str();
  report.add_option("--site", into.report_site, "Only of this site, as the inventory has it")->type_name("SITE");
  report.add_option("--since", into.since, "Begin of what changed: yesterday, week, or a day such as 2027-05-31")
      ->type_name("DAY")
      ->capture_default_str();
  list.add_option("--decision", into.decision, "Only what is to be done so")
      ->check(CLI::IsMember({"act_now", "mitigate_now", "next_outage", "accept", "nothing_to_do"}));
  list.add_option("--due", into.due, "Only what is due then")
      ->check(CLI::IsMember({"overdue", "week", "month", "none"}));
  list.add_option("--sort", into.sort, "Order")
      ->check(CLI::IsMember({"decision", "due", "status", "site", "confidence"}))
      ->capture_default_str();
  list.add_option("--site", into.site, "Only of this site")->type_name("SITE");
  list.add_option("--zone", into.zone, "Only of this zone")->type_name("ZONE");
  list.add_option("--vendor", into.vendor, "Only of this vendor")->type_name("VENDOR");
  auto& sums = add(group, into, common, What::exposure_sums, "sums",
                   "List how many devices of several organisations advisories affect",
                   "  tocsin exposure sums\n  tocsin exposure sums --sector water --advisory icsa-24-030-02\n"
                   "Of organisations that let their counts go into sums; never of fewer than the setting "
                   "exposure.sums_least. Made once a day, by a server that runs or by 'exposure run'.");
  sums.add_option("--advisory", into.advisory, "Only of this advisory")->type_name("ADVISORY");
  sums.add_option("--sector", into.sector, "Only what there is a figure of this sector of")->type_name("SECTOR");
  auto& share = add(group, into, common, What::exposure_share, "share",
                    "Let an organisation's counts go into sums, or take that back",
                    "  tocsin exposure share --organisation 2 --sector water\n"
                    "  tocsin exposure share --organisation 2 --stop\n"
                    "It is for the organisation to decide. In the audit log.");
  share.add_option("--organisation", into.organisation, "Whose counts: number or name")
      ->type_name("ORGANISATION")
      ->required();
  share.add_option("--sector", into.sector, "The sector of its profile in which they count; else in none")
      ->type_name("SECTOR");
  share.add_flag("--stop", into.stop, "Take it back");
  auto& lists = add(group, into, common, What::exposure_lists, "lists",
                    "Count the matches by product, bill of materials, advisory, vulnerability or asset",
                    "  tocsin exposure lists --organisation 2\n"
                    "  tocsin exposure lists --organisation 2 --by bom --advisory icsa-24-030-02 --all\n"
                    "As the organisation's members see it, the most urgent first.");
  add_organisation(lists, into);
  lists.add_option("--by", into.by, "What a line is about")
      ->check(CLI::IsMember({"product", "bom", "advisory", "vulnerability", "asset"}))
      ->capture_default_str();
  lists.add_flag("--all", into.all, "Also what is done, accepted, fixed or not affected");
  lists.add_option("--advisory", into.advisory, "Only of this advisory, as its address has it")->type_name("ADVISORY");
  lists.add_option("--cve", into.cve, "Only of this vulnerability")->type_name("CVE");
  lists.add_option("--product", into.product, "Only of this product: its id in that list")->type_name("PRODUCT");
  lists.add_option("--bom", into.bom, "Only of components of this bill of materials")->type_name("NUMBER");
  lists.add_option("--asset", into.asset, "Only of this asset")->type_name("NUMBER");
  lists.add_option("--site", into.site, "Only of this site")->type_name("SITE");
  lists.add_option("--vendor", into.vendor, "Only of this vendor")->type_name("VENDOR");
  auto& aliases = add(group, into, common, What::exposure_aliases, "aliases",
                      "List what an organisation calls vendors and products, as its people confirmed it",
                      "  tocsin exposure aliases --organisation 2\n"
                      "  tocsin exposure aliases --organisation 2 --forget 17\n"
                      "  tocsin exposure aliases --organisation 2 --contribute\n"
                      "Whether it contributes is for the organisation to decide. In the audit log.");
  aliases.add_option("--organisation", into.organisation, "Whose aliases: number or name")
      ->type_name("ORGANISATION")
      ->required();
  auto& acts = *aliases.add_option_group("acts")->require_option(0, 1);
  acts.add_option("--forget", into.forget, "Forget the one with this number")->type_name("NUMBER");
  acts.add_option("--deny", into.deny, "Do not use this one of the community's")->type_name("NUMBER");
  acts.add_option("--use", into.use, "Use it again")->type_name("NUMBER");
  acts.add_flag("--contribute", into.contribute, "Contribute its aliases to the community's");
  acts.add_flag("--stop", into.stop, "Take that back");
  auto& offers = add(group, into, common, What::exposure_offers, "alias-offers",
                     "List what enough organisations call vendors and products, and accept it for all",
                     "  tocsin exposure alias-offers\n  tocsin exposure alias-offers --accept 3\n"
                     "What fewer organisations contribute than the setting exposure.aliases_least says is not told.");
  auto& judged = *offers.add_option_group("judged")->require_option(0, 1);
  judged.add_option("--accept", into.accept, "Use it at everybody's next matches")->type_name("NUMBER");
  judged.add_option("--refuse", into.refuse, "Do not, or no longer")->type_name("NUMBER");
  auto& run = add(group, into, common, What::exposure_run, "run",
                  "Hold advisories and assets against each other, and decide what to do",
                  "  tocsin exposure run\n"
                  "  tocsin exposure run --organisation 2 --advisory icsa-24-030-02 --advisory icsa-24-044-01\n"
                  "  tocsin exposure run --organisation 2 --asset 17\n"
                  "  tocsin exposure run --organisation 2 --everything\n"
                  "Alone it does what is new or changed, in every inventory. What is named is matched again, apart "
                  "from that and written down; it finds the same, and what has not changed is no news.");
  run.add_flag("--anew", into.from_new, "Forget what was found and find everything anew; what people said stays");
  add_organisation(run, into);
  run.add_option("--advisory", into.advisories, "This advisory, as its address has it; may be repeated")
      ->type_name("ADVISORY")
      ->allow_extra_args(false);
  run.add_option("--asset", into.assets, "This asset; may be repeated")->type_name("NUMBER")->allow_extra_args(false);
  run.add_option("--product", into.products, "Every asset of this product (exposure lists); may be repeated")
      ->type_name("PRODUCT")
      ->allow_extra_args(false);
  run.add_option("--bom", into.boms, "Every component of this bill of materials; may be repeated")
      ->type_name("NUMBER")
      ->allow_extra_args(false);
  run.add_flag("--everything", into.everything, "Every asset of the organisation against every advisory");
}

void add_decision_commands(CLI::App& group, InventoryOptions& into, const CommonOptions& common) {
  begin(group, "By which table organisations decide what to do about matches.");
  auto& show = add(group, into, common, What::decision_show, "show", "Write the table as JSON",
                   "  tocsin decision show --organisation 2 > table.json\n"
                   "`tocsin match --decision-table table.json` decides by it where there is no server.");
  add_organisation(show, into);
  show.add_option("--version", into.version, "As of this version")->type_name("NUMBER");
  auto& set = add(group, into, common, What::decision_set, "set", "Decide by another table",
                  "  tocsin decision set table.json --organisation 2 --note 'Safety first' --dry-run\n"
                  "  tocsin decision set cisa --organisation 2");
  set.add_option("table", into.table, "ot, deployer, cisa, or a file with a table (SSVC DecisionTable 2.0.0)")
      ->type_name("TABLE")
      ->required();
  add_organisation(set, into);
  set.add_option("--note", into.note, "Why, for whoever looks at it later")->type_name("TEXT");
  set.add_flag("--dry-run", into.dry_run, "Say what would change, and change nothing");
  add_organisation(add(group, into, common, What::decision_history, "history", "List the versions, newest first",
                       "  tocsin decision history --organisation 2"),
                   into);
}

}  // namespace tocsin::cli
