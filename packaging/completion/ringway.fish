# SPDX-License-Identifier: GPL-2.0-only
# Made by `make -C toolstack completion` of the command's own words.

function __ringway_ask # KIND DOMAIN
    switch $argv[1]
        case guests
            xl list 2>/dev/null | awk 'NR > 1 && $1 != "Domain-0" { print $1 }'
        case vifs
            ringway vif list $argv[2] 2>/dev/null | awk 'NR > 1 { sub(/.*\./, "", $1); print $1 }'
        case bridges
            ip -brief link show type brlite 2>/dev/null | awk '{ print $1 }'
        case devices
            ip -brief link 2>/dev/null | awk '{ sub(/@.*/, "", $1); print $1 }'
    end
end

function __ringway_complete
    set -l at ''
    set -l before
    set -l value 0
    __ringway_table "$at"
    for next in (commandline -opc)[2..]
        if test $value = 1
            set value 0
        else if string match -q -- '-*' $next
            contains -- $next $__ringway_valued; and set value 1
        else if test (count $before) = 0; and contains -- $next $__ringway_commands
            set at (string trim -- "$at $next")
            __ringway_table "$at"
        else
            set -a before $next
        end
    end
    set -l kind none
    set -l last (count $__ringway_kinds)
    if test $last -gt 0
        set -l i (math (count $before) + 1)
        test $i -le $last; or set i $last
        set kind $__ringway_kinds[$i]
    end
    test $value = 0; or set kind files
    if string match -q -- '-*' (commandline -ct)
        printf '%s\n' $__ringway_options
    else if test $kind = files
        __fish_complete_path (commandline -ct)
    else
        if test $kind = keys
            printf '%s\n' $__ringway_keys
        else
            __ringway_ask $kind $before[1]
        end
        test (count $before) != 0; or printf '%s\n' $__ringway_commands
    end
end

function __ringway_table
    switch "$argv[1]"
        case ''
            set -g __ringway_commands vif use check apply showconf bridge metrics monitor perf place top help
            set -g __ringway_kinds 
            set -g __ringway_keys 
            set -g __ringway_options --help --json --pretty --stats --details --dry-run --version
            set -g __ringway_valued 
        case 'vif'
            set -g __ringway_commands attach detach list show set stats limit rules wait help
            set -g __ringway_kinds 
            set -g __ringway_keys 
            set -g __ringway_options --help
            set -g __ringway_valued 
        case 'vif attach'
            set -g __ringway_commands help
            set -g __ringway_kinds guests keys
            set -g __ringway_keys mac= bridge= vifname= rate= mtu= vlan= devid= ip= backend= untrusted
            set -g __ringway_options --help --timeout --no-wait --ensure
            set -g __ringway_valued --timeout -t
        case 'vif detach'
            set -g __ringway_commands help
            set -g __ringway_kinds guests vifs
            set -g __ringway_keys 
            set -g __ringway_options --help --timeout
            set -g __ringway_valued --timeout -t
        case 'vif list'
            set -g __ringway_commands help
            set -g __ringway_kinds guests
            set -g __ringway_keys 
            set -g __ringway_options --help
            set -g __ringway_valued 
        case 'vif show'
            set -g __ringway_commands help
            set -g __ringway_kinds guests vifs
            set -g __ringway_keys 
            set -g __ringway_options --help
            set -g __ringway_valued 
        case 'vif set'
            set -g __ringway_commands help
            set -g __ringway_kinds guests vifs keys
            set -g __ringway_keys carrier=on carrier=off isolated=on isolated=off mac_lock=on mac_lock=off ip= broadcast= multicast= unknown= rules= mirror= vlan=
            set -g __ringway_options --help
            set -g __ringway_valued 
        case 'vif stats'
            set -g __ringway_commands help
            set -g __ringway_kinds guests vifs
            set -g __ringway_keys 
            set -g __ringway_options --help --watch
            set -g __ringway_valued --watch -w
        case 'vif limit'
            set -g __ringway_commands help
            set -g __ringway_kinds guests vifs keys
            set -g __ringway_keys rate= pps= rx-rate= rx-pps=
            set -g __ringway_options --help
            set -g __ringway_valued 
        case 'vif rules'
            set -g __ringway_commands help
            set -g __ringway_kinds guests vifs files
            set -g __ringway_keys 
            set -g __ringway_options --help
            set -g __ringway_valued 
        case 'vif wait'
            set -g __ringway_commands help
            set -g __ringway_kinds guests vifs
            set -g __ringway_keys 
            set -g __ringway_options --help --timeout
            set -g __ringway_valued --timeout -t
        case 'use'
            set -g __ringway_commands ringway stock help
            set -g __ringway_kinds 
            set -g __ringway_keys 
            set -g __ringway_options --help --yes --no-confirm --within --confirm --undo
            set -g __ringway_valued --within
        case 'use ringway'
            set -g __ringway_commands help
            set -g __ringway_kinds devices
            set -g __ringway_keys 
            set -g __ringway_options --help
            set -g __ringway_valued 
        case 'use stock'
            set -g __ringway_commands help
            set -g __ringway_kinds devices
            set -g __ringway_keys 
            set -g __ringway_options --help
            set -g __ringway_valued 
        case 'check'
            set -g __ringway_commands help
            set -g __ringway_kinds 
            set -g __ringway_keys 
            set -g __ringway_options --help --fix --card-gone
            set -g __ringway_valued --card-gone
        case 'apply'
            set -g __ringway_commands help
            set -g __ringway_kinds files
            set -g __ringway_keys 
            set -g __ringway_options --help --diff --timeout --no-wait
            set -g __ringway_valued --timeout -t
        case 'showconf'
            set -g __ringway_commands help
            set -g __ringway_kinds 
            set -g __ringway_keys 
            set -g __ringway_options --help
            set -g __ringway_valued 
        case 'bridge'
            set -g __ringway_commands add set show port fdb flush help
            set -g __ringway_kinds 
            set -g __ringway_keys 
            set -g __ringway_options --help
            set -g __ringway_valued 
        case 'bridge add'
            set -g __ringway_commands help
            set -g __ringway_kinds bridges keys
            set -g __ringway_keys ports= address= ageing_time= fdb_max= fdb_port_max= vlan_filtering=on vlan_filtering=off group_fwd_mask= stp_state=on stp_state=off vlan_protocol=802.1Q vlan_protocol=802.1ad default_pvid= mcast_snooping=on mcast_snooping=off mcast_querier=on mcast_querier=off vlan_stats_enabled=on vlan_stats_enabled=off
            set -g __ringway_options --help
            set -g __ringway_valued 
        case 'bridge set'
            set -g __ringway_commands help
            set -g __ringway_kinds bridges keys
            set -g __ringway_keys ageing_time= fdb_max= fdb_port_max= vlan_filtering=on vlan_filtering=off group_fwd_mask= stp_state=on stp_state=off vlan_protocol=802.1Q vlan_protocol=802.1ad default_pvid= mcast_snooping=on mcast_snooping=off mcast_querier=on mcast_querier=off vlan_stats_enabled=on vlan_stats_enabled=off
            set -g __ringway_options --help
            set -g __ringway_valued 
        case 'bridge show'
            set -g __ringway_commands help
            set -g __ringway_kinds bridges
            set -g __ringway_keys 
            set -g __ringway_options --help
            set -g __ringway_valued 
        case 'bridge port'
            set -g __ringway_commands help
            set -g __ringway_kinds devices keys
            set -g __ringway_keys fdb_max= loop_block= isolated=on isolated=off broadcast= multicast= unknown= mirror=
            set -g __ringway_options --help
            set -g __ringway_valued 
        case 'bridge fdb'
            set -g __ringway_commands help
            set -g __ringway_kinds bridges
            set -g __ringway_keys 
            set -g __ringway_options --help
            set -g __ringway_valued 
        case 'bridge flush'
            set -g __ringway_commands help
            set -g __ringway_kinds bridges devices
            set -g __ringway_keys 
            set -g __ringway_options --help
            set -g __ringway_valued 
        case 'metrics'
            set -g __ringway_commands help
            set -g __ringway_kinds 
            set -g __ringway_keys 
            set -g __ringway_options --help --output
            set -g __ringway_valued --output -o
        case 'monitor'
            set -g __ringway_commands help
            set -g __ringway_kinds 
            set -g __ringway_keys 
            set -g __ringway_options --help --events --timeout
            set -g __ringway_valued --events -n --timeout -t
        case 'perf'
            set -g __ringway_commands help
            set -g __ringway_kinds 
            set -g __ringway_keys 
            set -g __ringway_options --help --time --compare --record --frequency
            set -g __ringway_valued --time -t --compare --record --frequency
        case 'place'
            set -g __ringway_commands hosts help
            set -g __ringway_kinds 
            set -g __ringway_keys 
            set -g __ringway_options --help --by --fill --cpus --time --apply --threads --undo --keep
            set -g __ringway_valued --by --fill --cpus --time -t
        case 'place hosts'
            set -g __ringway_commands help
            set -g __ringway_kinds files
            set -g __ringway_keys 
            set -g __ringway_options --help
            set -g __ringway_valued 
        case 'top'
            set -g __ringway_commands help
            set -g __ringway_kinds 
            set -g __ringway_keys 
            set -g __ringway_options --help --batch --looks --delay --sort --filter
            set -g __ringway_valued --looks -n --delay -d --sort --filter
    end
end

complete -c ringway -f -a '(__ringway_complete)'
