#include "portal/pages/attack_parts.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "engine/exposure/controls.hpp"
#include "formats/attack/attack.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/threat_json.hpp"
#include "portal/pages/threat_markdown.hpp"

namespace tocsin::portal::pages {
namespace {

namespace threat = engine::threat;
using html::fragment;
using html::Html;
using html::render;
using html::Url;
using threat::AttackKind;

constexpr std::string_view kCitation = "(Citation: ";
constexpr std::string_view kSite = "https://attack.mitre.org/";
/// More than any text of ATT&CK has.
constexpr std::size_t kReferencesMax = 2'000;

struct Title {
  AttackKind kind;
  Message one, many;
};
constexpr Title kTitles[] = {
    {AttackKind::tactic, message<"#attack#Tactic">, message<"#attack#Tactics">},
    {AttackKind::technique, message<"#attack#Technique">, message<"#attack#Techniques">},
    {AttackKind::group, message<"#attack#Group">, message<"#attack#Groups">},
    {AttackKind::software, message<"#attack#Software">, message<"#attack, many#Software">},
    {AttackKind::campaign, message<"#attack#Campaign">, message<"#attack#Campaigns">},
    {AttackKind::mitigation, message<"#attack#Mitigation">, message<"#attack#Mitigations">},
    {AttackKind::asset, message<"#attack#Asset class">, message<"#attack#Asset classes">},
    {AttackKind::data_component, message<"#attack#Data component">, message<"#attack#Data components">},
    {AttackKind::data_source, message<"#attack#Data source">, message<"#attack#Data sources">},
    {AttackKind::detection_strategy, message<"#attack#Detection strategy">, message<"#attack#Detection strategies">},
    {AttackKind::analytic, message<"#attack#Analytic">, message<"#attack#Analytics">},
    {AttackKind::matrix, message<"#attack#Matrix">, message<"#attack#Matrices">},
};

const Title& title_of(AttackKind kind) {
  const auto* found = std::ranges::find(kTitles, kind, &Title::kind);
  return found == std::end(kTitles) ? kTitles[0] : *found;
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != text.npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

}  // namespace

std::string attack_url(std::string_view attack_id) { return fmt::format("{}/{}", kAttackPath, attack_id); }

std::string_view attack_kind_title(AttackKind kind) { return title_of(kind).one.text(); }
std::string_view attack_kind_plural(AttackKind kind) { return title_of(kind).many.text(); }

boost::json::object attack_row_json(const threat::AttackRow& row) {
  boost::json::object out;
  out["id"] = row.attack_id;
  out["kind"] = formats::attack::slug(row.kind);
  out["name"] = row.object.name;
  out["url"] = attack_url(row.attack_id);
  out["version"] = row.version;
  out["in_force"] = row.in_force;
  out["stix_id"] = row.object.id;
  out["tlp"] = domain::to_string(row.object.tlp);
  return out;
}

Result<std::set<std::string>> explained_controls(App& app, const http::Request& request) {
  std::vector<std::string> ids;
  for (const auto& each : engine::exposure::all_controls()) ids.emplace_back(each.mitigation);
  return app.database().read(
      [&](store::Connection& connection) { return threat::present(connection, request.viewer, ids, request.now); });
}

Html attack_standing(const threat::AttackRow& row) {
  if (row.in_force) return {};
  if (row.object.revoked) return fragment<" <span class=\"tag tag-refused\">[[#object#revoked]]</span>">();
  return fragment<" <span class=\"tag tag-refused\">[[#object#deprecated]]</span>">();
}

void AttackText::add_references(const boost::json::value& object) {
  for (const auto& each : json::array_at(object, "external_references")) {
    const auto name = json::string_at(each, "source_name");
    // Its own id, and those that say where an alias comes from.
    if (name.empty() || !json::string_at(each, "external_id").empty() || by_name_.contains(name)) continue;
    const auto description = json::string_at(each, "description"), url = json::string_at(each, "url");
    if (url.empty() && (description.empty() || description.starts_with(kCitation))) continue;
    if (references_.size() >= kReferencesMax) return;
    by_name_.emplace(name, references_.size());
    references_.push_back({std::string{name}, std::string{description}, std::string{url}, 0});
  }
}

std::string AttackText::with_links(std::string_view text) const {
  std::string out;
  for (std::size_t at = 0;;) {
    const auto found = text.find(kSite, at);
    out.append(text, at, found == text.npos ? text.npos : found - at);
    if (found == text.npos) return out;
    auto end = found;
    while (end < text.size() && text[end] != ')' && text[end] != ' ' && text[end] != '\n' && text[end] != ']') ++end;
    const auto url = text.substr(found, end - found);
    const auto ids = formats::attack::ids_in(url);
    if (ids.size() == 1 && here_.contains(ids.front())) {
      out += attack_url(ids.front());
    } else {
      out += url;
    }
    at = end;
  }
}

Html AttackText::markdown(std::string_view text) {
  std::string linked = with_links(text);
  // ATT&CK writes code so; raw HTML would be dropped with its meaning.
  replace_all(linked, "<code>", "`");
  replace_all(linked, "</code>", "`");
  std::string out;
  for (std::size_t at = 0;;) {
    const auto found = linked.find(kCitation, at);
    out.append(linked, at, found == linked.npos ? linked.npos : found - at);
    if (found == linked.npos) break;
    const auto end = linked.find(')', found);
    const auto name =
        end == linked.npos
            ? std::string_view{}
            : text::trim(std::string_view{linked}.substr(found + kCitation.size(), end - found - kCitation.size()));
    const auto reference = by_name_.find(name);
    if (reference == by_name_.end()) {
      // A name with brackets, or one that nothing explains: as it stands.
      out.append(kCitation);
      at = found + kCitation.size();
      continue;
    }
    auto& cited = references_[reference->second];
    if (cited.number == 0) cited.number = ++cited_;
    out += fmt::format(" [\\[{0}\\]](#ref-{0})", cited.number);
    at = end + 1;
  }
  return threat_markdown(out);
}

void AttackText::append_references(std::string& out) const {
  if (references_.empty()) return;
  std::vector<const Reference*> all;
  for (const auto& each : references_) all.push_back(&each);
  std::ranges::sort(all, {}, [](const Reference* each) {
    return std::pair{each->number == 0, std::pair{each->number, std::string_view{each->name}}};
  });
  render<
      "<section aria-labelledby=\"references\"><h2 id=\"references\">[[References]]</h2>\n<ul class=\"plain\" "
      "lang=\"en\">\n">(out);
  for (const auto* each : all) {
    const auto& shown = each->description.empty() ? each->name : each->description;
    if (each->number > 0) {
      render<"<li id=\"ref-{}\"><span class=\"note\">[{}]</span> ">(out, each->number, each->number);
    } else {
      out += "<li>";
    }
    if (const auto url = Url::external(each->url); !url.empty()) {
      render<"<a rel=\"noopener noreferrer nofollow\" href=\"{}\">{}</a></li>\n">(out, url, shown);
    } else {
      render<"{}</li>\n">(out, shown);
    }
  }
  out += "</ul></section>\n";
}

}  // namespace tocsin::portal::pages
