#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

/// Options of `tocsin inventory`, `tocsin exposure` and `tocsin decision`.
namespace tocsin::cli {

struct InventoryOptions {
  enum class What {
    import,
    list,
    exported,
    exposure_list,
    exposure_run,
    exposure_report,
    exposure_sums,
    exposure_share,
    exposure_lists,
    bom_list,
    exposure_aliases,
    exposure_offers,
    decision_show,
    decision_set,
    decision_history
  } what = What::list;
  std::string organisation;          ///< Number or name; empty: the CERT itself.
  std::string file;                  ///< import: a table, or "-".
  std::vector<std::string> columns;  ///< import: "Header=field"
  bool dry_run = false, keep_good_rows = false, remove_missing = false;
  std::string words;                           ///< list
  bool all = false;                            ///< exposure list: also what is done, fixed, not affected.
  std::string export_format = "csv";           ///< inventory export
  std::string format = "pdf", since = "week";  ///< exposure report
  std::optional<std::string> report_site;      ///< exposure report; an empty one is that of no site.
  std::string decision, due, sort = "decision", site, zone, vendor;  ///< exposure list; sort as the portal's.
  bool from_new = false;                                             ///< exposure run: forget what was found.
  std::vector<std::string> advisories;                               ///< exposure run: as their addresses have them.
  std::vector<std::int64_t> assets, boms;                            ///< exposure run
  std::vector<std::string> products;                                 ///< exposure run
  bool everything = false;                                           ///< exposure run: of one organisation.
  std::string by = "product", cve, product;                          ///< exposure lists
  std::optional<std::int64_t> asset, bom;                            ///< exposure lists
  std::string bom_name;                                              ///< import
  std::string advisory, sector;                ///< exposure sums; sector also exposure share, a slug.
  bool stop = false;                           ///< exposure share, aliases: take it back.
  std::string table;                           ///< decision set: a built-in table's name, or a file.
  std::string note;                            ///< decision set
  std::string version;                         ///< decision show: number; empty: the one in use.
  bool contribute = false;                     ///< exposure aliases
  std::int64_t forget = 0, use = 0, deny = 0;  ///< exposure aliases: number of one; 0: none.
  std::int64_t accept = 0, refuse = 0;         ///< exposure alias-offers, likewise.
};

using CommonOptions = std::function<void(CLI::App* command, const char* examples)>;
void add_inventory_commands(CLI::App& group, InventoryOptions& into, const CommonOptions& common);
void add_exposure_commands(CLI::App& group, InventoryOptions& into, const CommonOptions& common);
void add_decision_commands(CLI::App& group, InventoryOptions& into, const CommonOptions& common);

}  // namespace tocsin::cli
