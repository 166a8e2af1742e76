#include "portal/pages/correlation_parts.hpp"

#include <array>

#include "base/locale.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "portal/html/template.hpp"
#include "portal/http/target.hpp"
#include "portal/pages/correlation_rows.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/threat_html.hpp"
#include "portal/pages/threat_json.hpp"
#include "portal/pages/threat_names.hpp"

namespace tocsin::portal::pages {
namespace {

namespace threat = engine::threat;
using formats::stix::Commonplace;
using html::Html;
using html::render;
using html::Url;

/// In the order of ValueKind.
constexpr std::array<Message, formats::stix::kValueKinds> kTitles{
    message<"#stix#IPv4 address">,
    message<"#stix#IPv6 address">,
    message<"#stix#Domain name">,
    message<"#stix#Web address">,
    message<"#stix#E-mail address">,
    message<"#stix#MAC address">,
    message<"#value#MD5 hash">,
    message<"#value#SHA-1 hash">,
    message<"#value#SHA-256 hash">,
    message<"#value#SHA-512 hash">,
    message<"#value#Other hash">,
    message<"#value#File name">,
    message<"#value#Path">,
    message<"#value#Command line">,
    message<"#stix#Mutex">,
    message<"#stix#Windows registry key">,
    message<"#stix#Autonomous system">,
    message<"#stix#User account">,
    message<"#value#Certificate number">,
    message<"#stix#Software">,
    message<"#value#User agent">,
    message<"#value#Subject of mail">,
    message<"#value#Message id">,
    message<"#stix#Vulnerability">,
    message<"#value#Id in another catalogue">,
    message<"#value#Name or alias">,
    message<"#value#Detection rule">,
};
/// Of what is shown in a heading.
constexpr std::size_t kShownBytesMax = 160;

std::string_view reason_of(Commonplace commonplace) {
  switch (commonplace) {
    case Commonplace::own_network:
      return tr<"an address or name that every network has of its own">();
    case Commonplace::reserved:
      return tr<"reserved, and given to nobody">();
    case Commonplace::wide_network:
      return tr<"a network so wide that it meets everybody">();
    case Commonplace::resolver:
      return tr<"a name server that everybody asks">();
    case Commonplace::common_service:
      return tr<"a service that everybody uses">();
    case Commonplace::known_good:
      return tr<"in a list of what is known to be good here">();
    case Commonplace::empty_file:
      break;
  }
  return tr<"the hash of an empty file">();
}

}  // namespace

std::string_view value_kind_title(threat::ValueKind kind) { return kTitles[static_cast<std::size_t>(kind)].text(); }

std::string value_url(const threat::SharedValue& value) {
  return http::with_query(kValuesPath, {{"value", value.text}, {"kind", formats::stix::to_string(value.kind)}});
}

std::string shown_value(const threat::SharedValue& value) { return text::shorten(value.text, kShownBytesMax); }

std::string shared_by(const threat::Sharers& sharers) {
  const auto count = locale::number(sharers.count);
  return sharers.more ? tr<"more than {} objects share it">(count)
                      : trn<"{} object has it", "{} objects share it">(sharers.count, count);
}

std::string why_aside(const threat::Sharers& sharers) {
  if (sharers.commonplace) return std::string{reason_of(*sharers.commonplace)};
  return tr<"{}: too common to tell anything">(shared_by(sharers));
}

void append_objects(std::string& out, const std::vector<threat::ThreatRow>& rows) {
  out += "<ul>\n";
  for (const auto& row : rows) {
    render<"<li><a href=\"{}\">{}</a> <span class=\"note\">{}</span>{}</li>\n">(
        out, Url::own(threat_url(row.id)), row.name, threat_type_title(row.type), revoked_tag(row.revoked));
  }
  out += "</ul>\n";
}

Html correlations_html(const threat::Correlations& found) {
  if (found.shared.empty() && found.set_aside.empty()) return {};
  std::string out;
  render<"<section id=\"shared\"><h2>[[Shares values with]]</h2>\n">(out);
  if (found.shared.empty()) render<"<p>[[Nothing that tells anything.]]</p>\n">(out);
  for (const auto& each : found.shared) {
    const auto count = locale::number(each.count);
    render<"<h3><a href=\"{}\">{}</a> <span class=\"note\">{} · {}{}</span></h3>\n">(
        out, Url::own(value_url(each.value)), shown_value(each.value), value_kind_title(each.value.kind),
        trn<"{} other object", "{} other objects">(each.count, count),
        each.value.derived ? tr<", follows from another value">() : std::string_view{});
    append_objects(out, each.first);
    if (each.count > static_cast<std::int64_t>(each.first.size())) {
      render<"<p><a href=\"{}\">[[All that have it]]<span class=\"hidden\">: {}</span></a></p>\n">(
          out, Url::own(value_url(each.value)), shown_value(each.value));
    }
  }
  if (!found.set_aside.empty()) {
    render<"<details><summary>[[Too common to tell anything: {}]]</summary><ul>\n">(
        out, locale::number(static_cast<std::int64_t>(found.set_aside.size())));
    for (const auto& each : found.set_aside) {
      render<"<li><a href=\"{}\">{}</a> <span class=\"note\">{} · {}</span></li>\n">(
          out, Url::own(value_url(each.value)), shown_value(each.value), value_kind_title(each.value.kind),
          each.commonplace ? why_aside(each) : shared_by(each));
    }
    out += "</ul></details>\n";
  }
  if (found.more_values) {
    render<"<p class=\"note\">[[It has {} values; the first {} were looked up.]]</p>\n">(
        out, locale::number(found.values), locale::number(static_cast<std::int64_t>(threat::kValuesLookedUp)));
  }
  out += "</section>\n";
  return Html::from_trusted(std::move(out));
}

boost::json::array rows_json(const std::vector<threat::ThreatRow>& rows) {
  boost::json::array out;
  for (const auto& each : rows) out.push_back(threat_row_json(each));
  return out;
}

boost::json::object value_json(const threat::SharedValue& value) {
  return {{"kind", formats::stix::to_string(value.kind)}, {"value", value.text}, {"derived", value.derived}};
}

boost::json::object sharers_json(const threat::Sharers& sharers, const std::vector<threat::ThreatRow>& rows) {
  auto out = value_json(sharers.value);
  out["too_common"] = sharers.set_aside != threat::SetAside::no;
  out["commonplace"] = sharers.commonplace ? boost::json::value(formats::stix::to_string(*sharers.commonplace))
                                           : boost::json::value(nullptr);
  out["count"] = sharers.count;
  out["more"] = sharers.more;
  out["objects"] = rows_json(rows);
  return out;
}

boost::json::object correlations_json(const threat::Correlations& found) {
  boost::json::array shared, aside;
  for (const auto& each : found.shared) shared.push_back(sharers_json(each, each.first));
  for (const auto& each : found.set_aside) aside.push_back(sharers_json(each, each.first));
  boost::json::object out;
  out["items"] = std::move(shared);
  out["set_aside"] = std::move(aside);
  out["values"] = found.values;
  out["more_values"] = found.more_values;
  return out;
}

}  // namespace tocsin::portal::pages
