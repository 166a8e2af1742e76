#pragma once
#include <boost/json.hpp>

#include "engine/members/members.hpp"

/// How members are printed: tables for people, JSON objects for programs.
namespace tocsin::cli {

boost::json::object organisation_json(const domain::Organisation& organisation);
boost::json::object person_json(const engine::members::PersonRow& row);
boost::json::object community_json(const engine::members::CommunityRow& row);

void print_organisations(const engine::members::OrganisationPage& page, bool json);
void print_organisation(const engine::members::OrganisationDetail& detail, bool json);
void print_people(const engine::members::PersonPage& page, bool json);
void print_person(const engine::members::PersonRow& row, bool json);
void print_communities(const std::vector<engine::members::CommunityRow>& rows, bool json);
void print_community(const engine::members::CommunityDetail& detail, bool json);

}  // namespace tocsin::cli
