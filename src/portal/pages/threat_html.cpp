#include "portal/pages/threat_html.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/locale.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/attack/attack.hpp"
#include "formats/threat_text/extract.hpp"
#include "portal/html/template.hpp"
#include "portal/http/target.hpp"
#include "portal/pages/attack_parts.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/member_parts.hpp"
#include "portal/pages/raw_json.hpp"
#include "portal/pages/threat_graph.hpp"
#include "portal/pages/threat_json.hpp"
#include "portal/pages/threat_markdown.hpp"
#include "portal/pages/threat_names.hpp"

namespace tocsin::portal::pages {
namespace {

namespace threat = engine::threat;
using boost::json::object;
using boost::json::value;
using html::fragment;
using html::Html;
using html::render;
using html::Url;

/// Shown in places of their own, or of no use to people.
constexpr std::string_view kShownElsewhere[] = {"type",
                                                "id",
                                                "spec_version",
                                                "name",
                                                "description",
                                                "created",
                                                "modified",
                                                "revoked",
                                                "confidence",
                                                "labels",
                                                "external_references",
                                                "object_marking_refs",
                                                "aliases",
                                                "valid_from",
                                                "valid_until",
                                                "pattern",
                                                "granular_markings",
                                                "kill_chain_phases",
                                                "extensions",
                                                "x_mitre_aliases",
                                                "relationship_type",
                                                "source_ref",
                                                "target_ref",
                                                "created_by_ref"};

std::string text_of(const value& of) {
  if (of.is_string()) return std::string{std::string_view{of.get_string()}};
  if (of.is_bool()) return std::string{of.get_bool() ? tr<"yes">() : tr<"no">()};
  if (of.is_int64()) return std::to_string(of.get_int64());
  if (of.is_uint64()) return std::to_string(of.get_uint64());
  if (of.is_double()) return json::write(of);
  return {};
}

/// "kill_chain_phases" for people: "Kill chain phases".
std::string words_of(std::string_view property) {
  std::string out{property};
  std::ranges::replace(out, '_', ' ');
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out;
}

Html time_of(std::string_view text) {
  const auto time = parse_rfc3339(text);
  return time ? datetime_html(*time) : Html::from_text(text);
}

void append_time(std::string& out, std::string_view label, const value& root, std::string_view name) {
  if (const auto text = json::string_at(root, name); !text.empty()) append_fact(out, label, time_of(text));
}

std::string list_of(const boost::json::array& of) {
  std::string out;
  for (const auto& each : of) {
    const auto text = text_of(each);
    if (text.empty()) continue;
    if (!out.empty()) out += ", ";
    out += text;
  }
  return out;
}

void append_labels(std::string& out, const value& root) {
  std::string labels;
  for (const auto& each : json::array_at(root, "labels")) {
    if (!each.is_string()) continue;
    const std::string_view label{each.get_string()};
    render<"<a class=\"chip\" href=\"{}\">{}</a> ">(labels, Url::own(http::with_query("/threats", {{"label", label}})),
                                                    label);
  }
  append_fact(out, tr<"Labels">(), Html::from_trusted(std::move(labels)));
}

void append_phases(std::string& out, const value& root) {
  std::string phases;
  for (const auto& each : json::array_at(root, "kill_chain_phases")) {
    if (!phases.empty()) phases += ", ";
    phases += fmt::format("{} ({})", json::string_at(each, "phase_name"), json::string_at(each, "kill_chain_name"));
  }
  append_fact(out, tr<"Kill chain phases">(), phases);
}

/// What the standard, an extension or its author gave it beyond what has a place of its own.
void append_others(std::string& out, const value& root) {
  const auto* members = root.if_object();
  if (members == nullptr) return;
  for (const auto& member : *members) {
    const std::string_view name{member.key()};
    if (std::ranges::find(kShownElsewhere, name) != std::end(kShownElsewhere)) continue;
    // Where references lead stands under "Connected".
    if (name.ends_with("_ref") || name.ends_with("_refs")) continue;
    const auto& of = member.value();
    const auto label = fragment<"<span lang=\"en\">{}</span>">(words_of(name));
    if (of.is_string() && of.get_string().size() >= 20 && parse_rfc3339(std::string_view{of.get_string()})) {
      render<"<dt>{}</dt><dd>{}</dd>\n">(out, label, time_of(std::string_view{of.get_string()}));
      continue;
    }
    std::string text = of.is_array() ? list_of(of.get_array()) : text_of(of);
    if (of.is_object()) {
      for (const auto& inner : of.get_object()) {
        const auto one = text_of(inner.value());
        if (one.empty()) continue;
        if (!text.empty()) text += ", ";
        text += fmt::format("{}: {}", std::string_view{inner.key()}, one);
      }
    }
    if (!text.empty()) render<"<dt>{}</dt><dd lang=\"en\">{}</dd>\n">(out, label, html::paragraphs(text));
  }
}

void append_facts(std::string& out, const threat::Threat& threat, const value& root, const Html& worth) {
  out += "<dl class=\"kv\">\n";
  append_fact(out, tr<"STIX id">(), fragment<"<code>{}</code>">(threat.record.key));
  append_fact(out, tr<"Also known as">(),
              list_of(json::array_at(root, json::find(root, "aliases") != nullptr ? "aliases" : "x_mitre_aliases")));
  append_labels(out, root);
  append_phases(out, root);
  if (const auto* confidence = json::find(root, "confidence")) {
    append_fact(out, tr<"Confidence">(), tr<"{} of 100">(text_of(*confidence)));
  }
  if (!worth.str().empty()) append_fact(out, tr<"Confidence that is left">(), worth);
  append_time(out, tr<"Valid from">(), root, "valid_from");
  append_time(out, tr<"Valid until">(), root, "valid_until");
  append_time(out, tr<"#object#Created">(), root, "created");
  append_time(out, tr<"#object#Changed">(), root, "modified");
  append_others(out, root);
  out += "</dl>\n";
  if (const auto pattern = json::string_at(root, "pattern"); !pattern.empty()) {
    render<"<h2>[[Pattern]]</h2>\n<pre tabindex=\"0\"><code>{}</code></pre>\n">(out, pattern);
  }
}

void append_edges(std::string& out, const threat::Threat& threat, Timestamp now) {
  if (threat.edges.empty()) return;
  render<"<section id=\"connected\"><h2>[[Connected]]</h2>\n">(out);
  for (std::size_t i = 0; i < threat.edges.size();) {
    const auto& first = threat.edges[i];
    auto end = i;
    while (end < threat.edges.size() && threat.edges[end].verb == first.verb &&
           threat.edges[end].outgoing == first.outgoing && threat.edges[end].via.empty() == first.via.empty()) {
      ++end;
    }
    render<"<h3>{} <span class=\"note\">{}</span></h3>\n<ul>\n">(out, edge_heading(first),
                                                                 locale::number(static_cast<std::int64_t>(end - i)));
    for (; i < end; ++i) {
      const auto& edge = threat.edges[i];
      render<"<li><a href=\"{}\">{}</a> <span class=\"note\">{}</span>{}{}">(
          out, Url::own(threat_url(edge.other.id)), edge.other.name, threat_type_title(edge.other.type),
          revoked_tag(edge.other.revoked), expired_tag(threat::is_expired(edge.other, now)));
      if (!edge.via.empty()) {
        render<" <a class=\"note\" href=\"{}\">[[#stix#relationship]]<span class=\"hidden\"> {}</span></a>">(
            out, Url::own(threat_url(edge.via)), edge.other.name);
      }
      out += "</li>\n";
    }
    out += "</ul>\n";
  }
  if (threat.more_edges) {
    render<"<p class=\"note\">[[Only the first {} are shown.]]</p>\n">(out, locale::number(threat::kEdgesMax));
  }
  out += "</section>\n";
}

/// "mitre-attack", "mitre-ics-attack" and "mitre-mobile-attack" give the ids that have pages here.
bool is_of_attack(std::string_view source, std::string_view id) {
  return source.starts_with("mitre-") && source.ends_with("attack") && formats::attack::kind_of_id(id);
}

void append_external(std::string& out, const value& root) {
  const auto& references = json::array_at(root, "external_references");
  if (references.empty()) return;
  render<"<section><h2>[[External references]]</h2>\n<ul lang=\"en\">\n">(out);
  for (const auto& each : references) {
    const auto source = json::string_at(each, "source_name"), id = json::string_at(each, "external_id"),
               description = json::string_at(each, "description");
    out += "<li>";
    const auto shown = id.empty() ? std::string{source} : fmt::format("{}: {}", source, id);
    const auto url = Url::external(json::string_at(each, "url"));
    if (source == "cve" && id.starts_with("CVE-")) {
      render<"<a href=\"{}\">{}</a>">(out, Url::own(vulnerability_url(id)), id);
    } else if (is_of_attack(source, id)) {
      // By the form of the id, as in threat_markdown.cpp. Where the other link leads is told by its host: the source's
      // name is only what somebody wrote.
      render<"<a href=\"{}\">{}</a>">(out, Url::own(attack_url(id)), id);
      if (const auto host = formats::threat_text::host_of(url.str()); host.empty()) {
        render<" <span class=\"note\">{}</span>">(out, source);
      } else {
        render<" <a class=\"note\" rel=\"noopener noreferrer nofollow\" href=\"{}\">{}</a>">(out, url, host);
      }
    } else if (!url.empty()) {
      render<"<a rel=\"noopener noreferrer nofollow\" href=\"{}\">{}</a>">(out, url, shown);
    } else {
      html::escape(out, shown);
    }
    if (!description.empty()) render<" <span class=\"note\">{}</span>">(out, description);
    out += "</li>\n";
  }
  out += "</ul></section>\n";
}

std::string_view standing_text(domain::Standing standing) {
  switch (standing) {
    case domain::Standing::current:
      return tr<"#revision#current">();
    case domain::Standing::superseded:
      return tr<"#revision#superseded">();
    case domain::Standing::conflicting:
      break;
  }
  return tr<"#revision#conflicting: same version, other content">();
}

void append_revisions(std::string& out, const threat::Threat& threat) {
  if (threat.revisions.size() < 2) return;
  render<
      "<section><h2>[[Versions]]</h2>\n<div class=\"table-wrap stack\"><table><caption "
      "class=\"hidden\">[[Versions]]</caption><thead><tr><th scope=\"col\">[[Version]]</th><th "
      "scope=\"col\">[[#revision#Standing]]</th><th scope=\"col\">[[Received]]</th></tr></thead><tbody>\n">(out);
  for (const auto& each : threat.revisions) {
    render<
        "<tr><td data-label=\"[[Version]]\">{}</td><td data-label=\"[[#revision#Standing]]\">{}</td><td "
        "data-label=\"[[Received]]\">{}</td></tr>\n">(out, each.version, standing_text(each.standing),
                                                      datetime_html(each.received_at));
  }
  out += "</tbody></table></div></section>\n";
}

/// Where it is a part of ATT&CK that has a page.
std::string attack_id_of(std::string_view bytes) {
  formats::stix::TapeReader reader;
  const auto root = reader.read(bytes);
  if (!root) return {};
  auto facts = formats::attack::read_facts(*root, formats::stix::read_facts(*root));
  return facts && formats::attack::kind_of_id(facts->id) ? std::move(facts->id) : std::string{};
}

}  // namespace

std::string edge_heading(const threat::Edge& edge) {
  if (edge.verb == "created_by_ref") return std::string{tr<"Created by">()};
  if (edge.verb == "object_refs") return std::string{edge.outgoing ? tr<"Contains">() : tr<"Contained in">()};
  if (edge.outgoing) return edge.verb;
  return tr<"{} (from there to here)">(edge.verb);
}

Html revoked_tag(bool revoked) {
  return revoked ? fragment<" <span class=\"tag tag-refused\">[[#object#revoked]]</span>">() : Html{};
}

Html expired_tag(bool expired) {
  return expired ? fragment<" <span class=\"tag tag-refused\">[[#object#expired]]</span>">() : Html{};
}

Html threat_html(const threat::Threat& threat, const value& object, const ThreatParts& parts, Timestamp now) {
  const auto& record = threat.record;
  std::string out;
  render<
      "<nav class=\"breadcrumb no-print\" aria-label=\"[[Where you are]]\"><ol><li><a "
      "href=\"/threats\">[[Threats]]</a></li><li>{}</li></ol></nav>\n">(out, record.title);
  const auto type = json::string_at(object, "type");
  const auto* revoked = json::find(object, "revoked");
  const auto valid_until = parse_rfc3339(json::string_at(object, "valid_until"));
  render<"<header class=\"page-head\"><div><p>{} <span class=\"tag\">{}</span>{}{}</p><h1>{}</h1></div></header>\n">(
      out, tlp_badge(record.tlp), threat_type_title(type),
      revoked_tag(revoked != nullptr && revoked->is_bool() && revoked->get_bool()),
      expired_tag(valid_until && *valid_until <= now), record.title);
  if (threat::is_node_type(type)) {
    render<"<p><a href=\"{}\">[[Graph of what is around it]]</a></p>\n">(out, Url::own(graph_url(record.key)));
  }
  out += parts.above.str();
  if (const auto id = attack_id_of(threat.bytes); !id.empty()) {
    render<"<p><a href=\"{}\">[[In ATT&amp;CK: {}]]</a></p>\n">(out, Url::own(attack_url(id)), id);
  }
  for (const std::string_view name : {"description", "content", "explanation"}) {
    if (const auto text = json::string_at(object, name); !text.empty()) {
      render<"<div class=\"prose threat-text\" lang=\"{}\">{}</div>\n">(
          out, json::string_at(object, "lang").empty() ? std::string_view{"en"} : json::string_at(object, "lang"),
          threat_markdown(text));
      break;
    }
  }
  append_facts(out, threat, object, parts.worth);
  out += parts.same.str();
  out += parts.links.str();
  append_edges(out, threat, now);
  out += parts.through.str();
  out += parts.shared.str();
  append_external(out, object);
  append_revisions(out, threat);
  render<
      "<p class=\"actions no-print\"><a class=\"button-quiet\" href=\"{}\">[[Download this object]]</a> <a "
      "class=\"button-quiet\" href=\"{}\">[[Download it as a bundle]]</a></p>\n<details "
      "class=\"no-print\"><summary>[[The object as JSON]]</summary>\n{}</details>\n">(
      out, Url::own("/api/v1" + threat_url(record.key) + "/document"),
      Url::own("/api/v1" + threat_url(record.key) + "/bundle"), raw_json_html(object));
  out += parts.below.str();
  return Html::from_trusted(std::move(out));
}

}  // namespace tocsin::portal::pages
