#include "engine/exposure/matcher.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/packing.hpp"
#include "engine/exposure/advisory_pack.hpp"
#include "engine/exposure/portable_form.hpp"
#include "formats/inventory/read_table.hpp"

/// The matcher as a module for browsers: what a page's worker calls (web/src/matcher-worker.ts). One answer at a time:
/// each call leaves bytes behind, which the caller copies before the next. Texts in them are UTF-8 with their length
/// before them, numbers have seven bits a byte (base/packing.hpp); each answer begins with 0, or with 1 and a sentence
/// that says what is wrong.
namespace {

using namespace tocsin;
namespace exposure = engine::exposure;
namespace inventory = formats::inventory;

struct State {
  std::string taken;  ///< What the page brings.
  std::string answer;
  exposure::Matcher matcher;
  std::vector<std::string> slugs, titles;  ///< By number of the advisory.
  std::vector<inventory::Item> items;
};
State& state() {
  static State all;
  return all;
}

PackWriter begin_answer(bool good) {
  auto& answer = state().answer;
  answer.clear();
  PackWriter out{answer};
  out.number(good ? 0 : 1);
  return out;
}
void refuse(const Error& error) { begin_answer(false).text(error.to_string()); }

Status load() {
  auto& all = state();
  all.matcher = {};
  all.slugs.clear();
  all.titles.clear();
  PackReader in{all.taken};
  const auto damaged = [] { return Error::invalid("The advisories are damaged: load the page again"); };
  if (in.text() != exposure::kPortableForm) return damaged();
  for (auto left = in.count(); left > 0 && in.good(); --left) {
    all.slugs.emplace_back(in.text());
    all.titles.emplace_back(in.text());
    TRY(const auto advisory, exposure::unpack_advisory(in.text()));
    all.matcher.add(advisory);
  }
  if (!in.good() || !in.at_end()) return damaged();
  all.matcher.prepare();
  return ok();
}

/// Tables are told from what this module has no reader for.
Result<inventory::Inventory> read_table(std::string_view bytes) {
  const auto other = [](std::string_view what) {
    return Error::invalid(fmt::format("{} In the browser only tables are read: CSV and the like", what));
  };
  if (bytes.empty()) return Error::invalid("The file is empty");
  if (bytes.starts_with("PK\3\4") || bytes.starts_with("\xD0\xCF\x11\xE0")) {
    return other("This is a workbook, or something else that is packed.");
  }
  if (bytes.starts_with("\x1F\x8B\x08")) return other("This is packed with gzip.");
  const auto text = inventory::without_mark(bytes);
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return Error::invalid("The file is empty");
  if (text[first] == '<') return other("This is XML.");
  if (inventory::starts_json(bytes)) return other("This is JSON.");
  TRY(const auto kind, inventory::recognise_text(bytes));
  if (kind != inventory::Kind::table) return other("This is a log or a bill of materials.");
  TRY(const auto table, inventory::read_csv(bytes));
  return inventory::map_columns(kind, table, {});
}

void write_match(PackWriter& out, const inventory::Item& item, const exposure::Match& match) {
  const auto& all = state();
  out.number(item.row);
  std::string_view name;
  for (const auto* text : {&item.key, &item.name, &item.product, &item.model, &item.family}) {
    if (name.empty()) name = *text;
  }
  out.text(name.empty() ? fmt::format("row {}", item.row) : std::string{name});
  out.text(item.site);
  out.text(all.matcher.id_of(match.advisory));
  out.text(all.slugs[match.advisory]);
  out.text(all.titles[match.advisory]);
  out.text(exposure::to_string(match.status));
  out.text(fmt::format("{:.2f}", match.confidence));
  out.number(match.cves.size());
  for (const auto& cve : match.cves) out.text(cve);
  out.text(match.because);
  out.text(match.question);
}

}  // namespace

#define TOCSIN_EXPORT(name) __attribute__((export_name(#name))) name

extern "C" {

/// Room for what the page brings; the address of its first byte.
char* TOCSIN_EXPORT(take)(std::size_t bytes) {
  auto& taken = state().taken;
  taken.resize(bytes);
  return taken.data();
}
const char* TOCSIN_EXPORT(answer_at)() { return state().answer.data(); }
std::size_t TOCSIN_EXPORT(answer_bytes)() { return state().answer.size(); }

/// What was taken are the advisories. Answers with their number.
void TOCSIN_EXPORT(load_advisories)() {
  if (const auto done = load(); !done) return refuse(done.error());
  std::string{}.swap(state().taken);
  begin_answer(true).number(state().matcher.advisories());
}

/// What was taken is an inventory. Answers with the number of its things, and each column with what it was understood
/// as.
void TOCSIN_EXPORT(read_inventory)() {
  auto& all = state();
  all.items.clear();
  auto read = read_table(all.taken);
  std::string{}.swap(all.taken);
  if (!read) {
    if (read.error().where == "columns") return refuse(Error::invalid(read.error().message));
    return refuse(read.error());
  }
  all.items = std::move(read->items);
  auto out = begin_answer(true);
  out.number(all.items.size());
  out.number(read->headers.size());
  for (std::size_t i = 0; i < read->headers.size(); ++i) {
    out.text(read->headers[i]);
    out.text(inventory::to_string(read->columns[i]));
  }
}

/// Matches some of the things, from one (counted from 0) up to another; what is worth showing, in their order.
void TOCSIN_EXPORT(match_items)(std::size_t from, std::size_t to) {
  const auto& all = state();
  auto out = begin_answer(true);
  for (auto i = from; i < to && i < all.items.size(); ++i) {
    for (const auto& match : all.matcher.match(all.items[i])) {
      if (!exposure::is_worth_showing(match)) continue;
      out.number(1);
      write_match(out, all.items[i], match);
    }
  }
  out.number(0);
}

}  // extern "C"
